namespace Samtala.Grpc.Rest;

/// <summary>What one segment of a template accepts.</summary>
internal enum SegmentKind
{
    Literal,
    One,
    Rest,
}

/// <summary>One segment of a template.</summary>
internal readonly record struct TemplateSegment(SegmentKind Kind, string Text);

/// <summary>A part of the path that becomes a field: segments from <see cref="First"/>, <see cref="Count"/> of them;
/// when <see cref="TakesRest"/>, all that follow too.</summary>
internal sealed record TemplateVariable(string FieldPath, int First, int Count, bool TakesRest)
{
    /// <summary>A slash inside one segment stays encoded when the value has several.</summary>
    public bool IsMulti => Count > 1 || TakesRest;
}

/// <summary>A path of google.api.http: <c>/v1/{name=rooms/*/messages/*}:verb</c>.</summary>
internal sealed class PathTemplate
{
    private PathTemplate(string text, List<TemplateSegment> segments, List<TemplateVariable> variables, string verb)
    {
        Text = text;
        Segments = segments;
        Variables = variables;
        Verb = verb;
    }

    public string Text { get; }

    public IReadOnlyList<TemplateSegment> Segments { get; }

    public IReadOnlyList<TemplateVariable> Variables { get; }

    /// <summary>What follows the last colon; empty when there is none.</summary>
    public string Verb { get; }

    /// <exception cref="FormatException">The text is no template; the message says where.</exception>
    public static PathTemplate Parse(string text)
    {
        var segments = new List<TemplateSegment>();
        var variables = new List<TemplateVariable>();
        var end = text.LastIndexOf(':') is var colon && colon > text.LastIndexOfAny(['/', '}']) ? colon : text.Length;
        if (text.Length < 2 || text[0] != '/')
            throw Wrong(text, "it does not begin with '/'");

        var at = 0;
        while (at < end)
        {
            if (text[at] != '/')
                throw Wrong(text, $"'/' expected at {at}");
            at++;
            at = at < end && text[at] == '{'
                ? ReadVariable(text, at, segments, variables)
                : ReadSegment(text, at, end, segments);
        }

        if (segments.SkipLast(1).Any(s => s.Kind == SegmentKind.Rest))
            throw Wrong(text, "'**' is not last");
        return new PathTemplate(text, segments, variables, end < text.Length ? text[(end + 1)..] : "");
    }

    private static int ReadSegment(string text, int at, int end, List<TemplateSegment> segments)
    {
        var next = text.IndexOf('/', at, end - at);
        if (next < 0)
            next = end;
        segments.Add(ToSegment(text, text[at..next]));
        return next;
    }

    private static int ReadVariable(
        string text, int at, List<TemplateSegment> segments, List<TemplateVariable> variables)
    {
        var close = text.IndexOf('}', at);
        if (close < 0)
            throw Wrong(text, $"'{{' at {at} is never closed");
        var inside = text[(at + 1)..close];
        var equals = inside.IndexOf('=', StringComparison.Ordinal);
        var field = equals < 0 ? inside : inside[..equals];
        if (field.Length == 0)
            throw Wrong(text, $"the variable at {at} has no field");
        var first = segments.Count;
        foreach (var part in (equals < 0 ? "*" : inside[(equals + 1)..]).Split('/'))
            segments.Add(ToSegment(text, part));
        var takesRest = segments[^1].Kind == SegmentKind.Rest;
        variables.Add(new TemplateVariable(field, first, segments.Count - first - (takesRest ? 1 : 0), takesRest));
        return close + 1;
    }

    private static TemplateSegment ToSegment(string text, string part) => part switch
    {
        "*" => new(SegmentKind.One, part),
        "**" => new(SegmentKind.Rest, part),
        "" => throw Wrong(text, "a segment is empty"),
        _ when part.AsSpan().ContainsAny("*{}=") => throw Wrong(text, $"\"{part}\" is no segment"),
        _ => new(SegmentKind.Literal, part),
    };

    private static FormatException Wrong(string text, string why) =>
        new($"\"{text}\" is no path template of google.api.http: {why}.");
}
