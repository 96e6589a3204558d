using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Api;
using Google.Protobuf.Reflection;
using Samtala.Node.Errors;

namespace Samtala.Node.Generic;

/// <summary>How an rpc is called over REST: the client's half of google.api.http.</summary>
internal sealed partial class HttpBinding
{
    private readonly MessageDescriptor _input;
    private readonly string _template;
    private readonly string _body;

    private HttpBinding(MessageDescriptor input, HttpMethod method, string template, string body)
    {
        _input = input;
        Method = method;
        _template = template;
        _body = body;
    }

    /// <summary>The HTTP method.</summary>
    public HttpMethod Method { get; }

    /// <summary>The binding of an rpc.</summary>
    /// <returns>Null when it cannot be called over REST.</returns>
    public static HttpBinding? Of(MethodDescriptor rpc)
    {
        var rule = rpc.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
        return rule?.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => new(rpc.InputType, HttpMethod.Get, rule.Get, rule.Body),
            HttpRule.PatternOneofCase.Put => new(rpc.InputType, HttpMethod.Put, rule.Put, rule.Body),
            HttpRule.PatternOneofCase.Post => new(rpc.InputType, HttpMethod.Post, rule.Post, rule.Body),
            HttpRule.PatternOneofCase.Delete => new(rpc.InputType, HttpMethod.Delete, rule.Delete, rule.Body),
            HttpRule.PatternOneofCase.Patch => new(rpc.InputType, HttpMethod.Patch, rule.Patch, rule.Body),
            _ => null,
        };
    }

    /// <summary>Fields that stand in the path.</summary>
    public IReadOnlyList<string> PathFields => [.. Variable().Matches(_template).Select(m => m.Groups["field"].Value)];

    /// <summary>The request as URI and body.</summary>
    /// <param name="request">In proto JSON.</param>
    /// <exception cref="CliException">A field of the path is missing.</exception>
    public (string Uri, JsonNode? Body) Bind(JsonObject request)
    {
        var rest = request.DeepClone().AsObject();
        var path = Variable().Replace(_template, match =>
            Expand(rest, match.Groups["field"].Value, match.Groups["pattern"].Value));
        if (_body == "*")
            return (path, rest);
        JsonNode? body = null;
        if (_body.Length > 0)
        {
            var name = _input.FindFieldByName(_body)?.JsonName ?? _body;
            body = rest[name]?.DeepClone() ?? new JsonObject();
            rest.Remove(name);
        }

        List<string> query = [];
        Flatten(rest, "", query);
        return (query.Count == 0 ? path : $"{path}?{string.Join('&', query)}", body);
    }

    private string Expand(JsonObject request, string field, string pattern)
    {
        var parts = field.Split('.');
        var holder = request;
        var type = _input;
        foreach (var part in parts[..^1])
        {
            var step = type.FindFieldByName(part);
            holder = holder[step.JsonName] as JsonObject ?? throw Missing(field);
            type = step.MessageType;
        }

        var name = type.FindFieldByName(parts[^1]).JsonName;
        if (holder[name]?.ToString() is not { Length: > 0 } value)
            throw Missing(field);
        holder.Remove(name);
        value = Complete(value, pattern);
        // Without a pattern a variable is one segment, so its slashes are data.
        return pattern.Length == 0
            ? Uri.EscapeDataString(value)
            : string.Join('/', value.Split('/').Select(Uri.EscapeDataString));
    }

    // For {name=plugins/*} people may type "registry" and mean "plugins/registry".
    private static string Complete(string value, string pattern)
    {
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && pattern[(slash + 1)..] == "*" && !value.Contains('/', StringComparison.Ordinal)
            ? $"{pattern[..slash]}/{value}"
            : value;
    }

    private static void Flatten(JsonObject fields, string prefix, List<string> query)
    {
        foreach (var (name, value) in fields)
        {
            if (value is JsonObject inner)
                Flatten(inner, $"{prefix}{name}.", query);
            else if (value is JsonArray list)
                query.AddRange(list.Select(item => Pair(prefix + name, item)));
            else
                query.Add(Pair(prefix + name, value));
        }
    }

    private static string Pair(string name, JsonNode? value) =>
        $"{name}={Uri.EscapeDataString(value?.ToString() ?? "")}";

    private static CliException Missing(string field) =>
        CliException.Usage("SAM0006", $"'{Words.Kebab(field)}' is missing", "", "add it; --help shows how");

    [GeneratedRegex(@"\{(?<field>[a-z0-9_.]+)(?:=(?<pattern>[^}]*))?\}", RegexOptions.NonBacktracking)]
    private static partial Regex Variable();
}
