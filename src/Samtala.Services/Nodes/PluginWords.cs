using Google.Protobuf.Reflection;
using Samtala.Node.V1;

namespace Samtala.Services.Nodes;

/// <summary>A plugin's state as its name in the proto, such as AWAITING_CONSENT.</summary>
internal static class PluginWords
{
    private static readonly EnumDescriptor s_states = Plugin.Descriptor.EnumTypes.Single(e => e.Name == "State");

    public static string Of(Plugin.Types.State state) =>
        s_states.FindValueByNumber((int)state)?.Name ?? "STATE_UNSPECIFIED";
}
