using Samtala.Node.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Samtala.Node.Config;

/// <summary>config.yaml: one mapping of settings to values.</summary>
internal static class ConfigFile
{
    /// <summary>Longest file that is read, in bytes.</summary>
    public const int SizeMax = 64 * 1024;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file; a missing one is empty.</param>
    /// <returns>Keys, values and the lines they stand on.</returns>
    /// <exception cref="CliException">Not readable, not YAML, or a key that is no setting.</exception>
    public static IReadOnlyDictionary<string, (string Value, long Line)> Read(string path)
    {
        // Without a file the YAML library is not even loaded: it would cost every start its share.
        return File.Exists(path) ? Parse(path, ReadText(path)) : new Dictionary<string, (string, long)>();
    }

    /// <summary>Reads the text of a file named <paramref name="path"/>.</summary>
    /// <exception cref="CliException">Not YAML, or a key that is no setting.</exception>
    public static Dictionary<string, (string Value, long Line)> Parse(string path, string text)
    {
        Dictionary<string, (string, long)> values = new(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in Mapping(path, text))
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            var line = keyNode.Start.Line;
            if (!Settings.All.Any(s => s.Key == key))
            {
                throw new CliException(
                    "SAM0004", $"unknown setting '{key}'", $"{path}:{line}", "",
                    $"{Nearest.Hint(key, Settings.All.Select(s => s.Key))} See: samtala config list".TrimStart());
            }

            values[key] = (ValueOf(valueNode, key, $"{path}:{line}"), line);
        }

        return values;
    }

    private static string ValueOf(YamlNode node, string key, string where) => node switch
    {
        YamlScalarNode scalar => scalar.Value ?? "",
        YamlSequenceNode list when list.Children.All(c => c is YamlScalarNode) =>
            string.Join(',', list.Children.Select(c => ((YamlScalarNode)c).Value)),
        _ => throw new CliException("SAM0004", $"'{key}' must be one value or a list of values", where),
    };

    private static IEnumerable<KeyValuePair<YamlNode, YamlNode>> Mapping(string path, string text)
    {
        YamlStream stream = [];
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new CliException(
                "SAM0003", "the configuration is not YAML", $"{path}:{e.Start.Line}", e.Message, "mend the line", e);
        }

        if (stream.Documents.Count == 0)
            return [];
        return stream.Documents[0].RootNode as YamlMappingNode is { } mapping
            ? mapping.Children
            : throw new CliException(
                "SAM0003", "the configuration is not a mapping", path, "",
                    "write lines such as 'http: 127.0.0.1:7650'");
    }

    private static string ReadText(string path)
    {
        try
        {
            var size = new FileInfo(path).Length;
            return size <= SizeMax
                ? File.ReadAllText(path)
                : throw new CliException(
                    "SAM0003", "the configuration is too long", path, $"{size} bytes, {SizeMax} are read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException("SAM0003", "the configuration cannot be read", path, e.Message, "", e);
        }
    }
}
