using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Samtala.Interop.Peer;

/// <summary>One JSON object per line on standard output.</summary>
internal static class Lines
{
    private static readonly JsonSerializerOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly Lock s_lock = new();

    public static void Print(JsonObject line)
    {
        lock (s_lock)
        {
            Console.Out.WriteLine(line.ToJsonString(s_options));
            Console.Out.Flush();
        }
    }
}
