using System.CommandLine;
using Google.Protobuf.Reflection;
using Samtala.Node.Cli;
using Samtala.Type.V1;

namespace Samtala.Node.Generic;

/// <summary>Commands made from services: one for each rpc that can be called over REST.</summary>
internal static class RpcCommands
{
    /// <summary>A verb with one command for each rpc of some services.</summary>
    public static Command Group(
        string name, string description, IEnumerable<ServiceDescriptor> services, CliContext context) =>
        Group(name, description, services.SelectMany(s => s.Methods), context);

    /// <summary>A verb with one command for each of some rpcs.</summary>
    public static Command Group(string name, string description, IEnumerable<MethodDescriptor> rpcs, CliContext context)
    {
        Command group = new(name, description);
        var calls = rpcs
            .Where(m => !m.IsClientStreaming && HttpBinding.Of(m) is not null)
            .Select(m => (Rpc: m, Words: WordsOf(m)))
            .ToList();
        foreach (var (rpc, words) in calls.OrderBy(c => string.Join(' ', c.Words), StringComparer.Ordinal))
        {
            // Two services may have rpcs of one name: then the resource's name comes first.
            var path = calls.Count(c => c.Words.SequenceEqual(words, StringComparer.Ordinal)) > 1
                ? [Words.Kebab(rpc.Service.Name.Replace("Service", "", StringComparison.Ordinal)), .. words]
                : words;
            var parent = group;
            foreach (var word in path[..^1])
                parent = Child(parent, word);
            if (parent.Subcommands.Any(c => c.Name == path[^1]))
                continue;
            parent.Add(new RpcCommand(rpc, context).Build(path[^1], $"samtala {name} {string.Join(' ', path)}"));
        }

        foreach (var words in group.Subcommands.Where(c => c.Subcommands.Count > 0))
            words.Description = $"Has commands of its own: {string.Join(", ", words.Subcommands.Select(c => c.Name))}.";
        return group;
    }

    /// <summary>The command for one rpc.</summary>
    public static Command Of(MethodDescriptor rpc, string name, string shownPath, CliContext context) =>
        new RpcCommand(rpc, context).Build(name, shownPath);

    private static string[] WordsOf(MethodDescriptor rpc) =>
        rpc.GetOptions()?.GetExtension(OptionsExtensions.Cli) is { Length: > 0 } words
            ? words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : [Words.Kebab(rpc.Name)];

    private static Command Child(Command parent, string word)
    {
        if (parent.Subcommands.FirstOrDefault(c => c.Name == word) is { } there)
            return there;
        Command child = new(word);
        parent.Add(child);
        return child;
    }
}
