using Samtala.Grpc.Server;

namespace Samtala.Grpc.Rest;

/// <summary>A route found, and the segments that fill its variables.</summary>
internal sealed record RouteMatch(Route Route, string[] Segments)
{
    /// <summary>The value of variable <paramref name="index"/>.</summary>
    /// <returns>False when it is not well encoded.</returns>
    public bool TryGetValue(int index, out string value)
    {
        var variable = Route.Template.Variables[index];
        var last = variable.TakesRest ? Segments.Length : variable.First + variable.Count;
        var raw = string.Join('/', Segments[variable.First..last]);
        return UrlText.TryDecode(raw, plusIsSpace: false, keepSlash: variable.IsMulti, out value);
    }
}

/// <summary>Finds routes by path: literals before "*" before "**".</summary>
internal sealed class RouteTable
{
    /// <summary>Segments a path may have.</summary>
    private const int SegmentsMax = 64;

    private readonly Node _root = new();

    /// <exception cref="InvalidOperationException">An annotation is wrong, or two say the same.</exception>
    public RouteTable(IEnumerable<RpcMethod> methods)
    {
        Routes = [.. methods.SelectMany(Route.Of).OrderBy(r => r.Method.FullName, StringComparer.Ordinal)];
        foreach (var route in Routes)
            Add(route);
    }

    public IReadOnlyList<Route> Routes { get; }

    /// <summary>The route for a request.</summary>
    /// <param name="httpVerb">GET …</param>
    /// <param name="path">As it came, percent-encoded, without the query.</param>
    /// <param name="allowed">When none matches: the verbs this path does have.</param>
    public RouteMatch? Find(string httpVerb, string path, out IReadOnlyCollection<string> allowed)
    {
        var verbs = new SortedSet<string>(StringComparer.Ordinal);
        allowed = verbs;
        if (path.Length < 2 || path[0] != '/')
            return null;
        var segments = path[1..].Split('/', SegmentsMax + 1);
        if (segments.Length > SegmentsMax || !segments.All(IsGood))
            return null;

        var colon = segments[^1].LastIndexOf(':');
        if (colon > 0)
        {
            string[] trimmed = [.. segments[..^1], segments[^1][..colon]];
            if (Search(_root, new Wanted(httpVerb, segments[^1][(colon + 1)..], trimmed, verbs), 0) is { } custom)
                return custom;
        }

        return Search(_root, new Wanted(httpVerb, "", segments, verbs), 0);
    }

    private static bool IsGood(string segment) =>
        segment.Length > 0 &&
        UrlText.TryDecode(segment, plusIsSpace: false, keepSlash: false, out var decoded) &&
        decoded is not ("." or "..");

    private static RouteMatch? Search(Node node, Wanted wanted, int at)
    {
        if (at == wanted.Segments.Length)
            return node.Pick(wanted) ?? node.Rest?.Pick(wanted);
        var literal = UrlText.TryDecode(wanted.Segments[at], plusIsSpace: false, keepSlash: true, out var text)
            ? node.Literals.GetValueOrDefault(text)
            : null;
        return (literal is null ? null : Search(literal, wanted, at + 1)) ??
            (node.One is null ? null : Search(node.One, wanted, at + 1)) ??
            node.Rest?.Pick(wanted);
    }

    private void Add(Route route)
    {
        var node = _root;
        foreach (var segment in route.Template.Segments)
        {
            node = segment.Kind switch
            {
                SegmentKind.One => node.One ??= new Node(),
                SegmentKind.Rest => node.Rest ??= new Node(),
                _ => node.Literals.TryGetValue(segment.Text, out var there)
                    ? there
                    : node.Literals[segment.Text] = new Node(),
            };
        }

        if (!node.Routes.TryAdd((route.Template.Verb, route.HttpVerb), route))
        {
            var other = node.Routes[(route.Template.Verb, route.HttpVerb)];
            throw new InvalidOperationException(
                $"{route.Method.FullName} and {other.Method.FullName} both claim " +
                $"{route.HttpVerb} {route.Template.Text}.");
        }
    }

    private sealed record Wanted(string HttpVerb, string Verb, string[] Segments, SortedSet<string> Allowed);

    private sealed class Node
    {
        public Dictionary<string, Node> Literals { get; } = new(StringComparer.Ordinal);

        public Node? One { get; set; }

        public Node? Rest { get; set; }

        public Dictionary<(string Verb, string HttpVerb), Route> Routes { get; } = [];

        public RouteMatch? Pick(Wanted wanted)
        {
            if (Routes.TryGetValue((wanted.Verb, wanted.HttpVerb), out var route))
                return new RouteMatch(route, wanted.Segments);
            wanted.Allowed.UnionWith(Routes.Keys
                .Where(k => string.Equals(k.Verb, wanted.Verb, StringComparison.Ordinal))
                .Select(k => k.HttpVerb));
            return null;
        }
    }
}
