using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Samtala.Node.Cli;
using Samtala.Node.Client;

namespace Samtala.Node.Generic;

/// <summary>One rpc as a command: fields become arguments and flags, the answer a table or JSON.</summary>
internal sealed class RpcCommand
{
    private const int PageSize = 1000;
    private readonly MethodDescriptor _rpc;
    private readonly CliContext _context;
    private readonly HttpBinding _binding;
    private readonly List<(RpcField Field, Symbol Symbol)> _inputs = [];

    public RpcCommand(MethodDescriptor rpc, CliContext context)
    {
        _rpc = rpc;
        _context = context;
        _binding = HttpBinding.Of(rpc)
            ?? throw new ArgumentException($"{rpc.FullName} has no google.api.http.", nameof(rpc));
    }

    /// <summary>The command.</summary>
    /// <param name="name">Its last word.</param>
    /// <param name="shownPath">All its words, for the example.</param>
    public Command Build(string name, string shownPath)
    {
        Command command = new(
            name, Comment("") is { Length: > 0 } text ? text : Words.Kebab(_rpc.Name).Replace('-', ' '));
        var example = shownPath;
        foreach (var field in Fields())
        {
            if (field.IsPositional)
                example += $" {field.Flag.ToUpperInvariant()}";
            Add(command, field);
        }

        command.SetAction(RunAsync);
        return ExampleHelp.With(command, example, $"{example} --output json");
    }

    /// <summary>Where no field is marked positional, those of the path are: they say which resource is meant.</summary>
    private IReadOnlyList<RpcField> Fields()
    {
        var fields = RpcField.Of(_rpc.InputType);
        var path = _binding.PathFields;
        return fields.Any(f => f.IsPositional)
            ? fields
            : [.. fields
                .Select(f => f with { IsPositional = path.Contains(f.ProtoPath, StringComparer.Ordinal) })
                .OrderBy(f => f.IsPositional ? 0 : 1)];
    }

    private void Add(Command command, RpcField field)
    {
        var comment = Comment(string.Join('.', field.Path.Select(f => f.JsonName)));
        if (field.IsPositional)
        {
            Argument argument = field.Field.IsRepeated
                ? new Argument<string[]>(field.Flag) { Arity = ArgumentArity.OneOrMore }
                : new Argument<string>(field.Flag);
            argument.Description = comment;
            command.Add(argument);
            _inputs.Add((field, argument));
            return;
        }

        var flag = $"--{field.Flag}";
        Option option = field switch
        {
            { IsSwitch: true } => new Option<bool?>(flag) { Arity = ArgumentArity.ZeroOrOne },
            { Field.IsRepeated: true } => new Option<string[]>(flag) { Arity = ArgumentArity.OneOrMore },
            _ => new Option<string?>(flag),
        };
        if (!field.IsSwitch)
            option.HelpName = field.ValueForm;
        option.Description = comment;
        if (field.Field.IsRepeated && Words.Singular(field.Flag) is { } singular)
            option.Aliases.Add($"--{singular}");
        if (field.Field.FieldType == FieldType.Enum)
            option.CompletionSources.Add([.. FieldText.EnumWords(field.Field.EnumType)]);
        command.Add(option);
        _inputs.Add((field, option));
    }

    private string Comment(string field)
    {
        var operation = $"{_rpc.Service.Name}_{_rpc.Name}";
        var found = _context.Comments.GetValueOrDefault(field.Length == 0 ? operation : $"{operation}/{field}", "");
        return Words.FirstSentence(found);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var request = RequestOf(parsed);
        using var client = _context.Connect(parsed);
        RpcPrinter printer = new(_rpc.OutputType, _context.FormOf(parsed), _context.Out);
        if (_rpc.IsServerStreaming)
        {
            var (uri, body) = _binding.Bind(request);
            await foreach (var item in client.StreamAsync(_binding.Method, uri, body, cancellationToken))
                printer.Item(item);
            return 0;
        }

        printer.Answer(await CallAsync(client, request, cancellationToken));
        return 0;
    }

    /// <summary>One call, or as many as it takes to get every page, unless the person asked for a page.</summary>
    private async Task<JsonObject> CallAsync(NodeClient client, JsonObject request, CancellationToken cancellationToken)
    {
        var list = ResponseTable.ListField(_rpc.OutputType);
        var pages = list is not null && _rpc.InputType.FindFieldByName("page_token") is not null
            && request["pageSize"] is null && request["pageToken"] is null;
        if (pages)
            request["pageSize"] = PageSize;
        var (uri, body) = _binding.Bind(request);
        var answer = await client.CallAsync(_binding.Method, uri, body, cancellationToken);
        while (pages && answer["nextPageToken"]?.ToString() is { Length: > 0 } token)
        {
            request["pageToken"] = token;
            (uri, body) = _binding.Bind(request);
            var next = await client.CallAsync(_binding.Method, uri, body, cancellationToken);
            var all = answer[list!.JsonName] as JsonArray ?? [];
            foreach (var item in next[list.JsonName] as JsonArray ?? [])
                all.Add(item?.DeepClone());
            answer["nextPageToken"] = next["nextPageToken"]?.DeepClone();
        }

        answer.Remove("nextPageToken");
        return answer;
    }

    private JsonObject RequestOf(ParseResult parsed)
    {
        JsonObject request = [];
        foreach (var (field, symbol) in _inputs)
        {
            if (ValueOf(parsed, field, symbol) is not { } value)
                continue;
            var holder = request;
            foreach (var step in field.Path.SkipLast(1))
            {
                if (holder[step.JsonName] is not JsonObject inner)
                    holder[step.JsonName] = inner = [];
                holder = inner;
            }

            holder[field.Field.JsonName] = value;
        }

        return request;
    }

    private static JsonNode? ValueOf(ParseResult parsed, RpcField field, Symbol symbol)
    {
        if (symbol is Option<bool?> flag)
            return parsed.GetResult(flag) is null ? null : parsed.GetValue(flag) ?? true;
        var values = symbol switch
        {
            Argument<string> one => One(parsed.GetValue(one)),
            Option<string?> one => One(parsed.GetValue(one)),
            Argument<string[]> many => parsed.GetValue(many),
            _ => parsed.GetValue((Option<string[]>)symbol),
        };
        if (values is null or [])
            return null;
        var shown = field.IsPositional ? field.Flag.ToUpperInvariant() : $"--{field.Flag}";
        if (field.Field.IsMap)
            return MapOf(field, values, shown);
        return field.Field.IsRepeated
            ? new JsonArray([.. values.Select(v => FieldText.ToJson(field.Field, v, shown))])
            : FieldText.ToJson(field.Field, values[0], shown);
    }

    private static string[]? One(string? value) => value is null ? null : [value];

    private static JsonObject MapOf(RpcField field, string[] values, string shown)
    {
        JsonObject map = [];
        foreach (var pair in values)
        {
            var cut = pair.IndexOf('=', StringComparison.Ordinal);
            if (cut <= 0)
                throw Errors.CliException.Usage("SAM0002", $"'{pair}' does not fit", shown, "give KEY=VALUE");
            map[pair[..cut]] = FieldText.ToJson(field.Field.MessageType.FindFieldByNumber(2), pair[(cut + 1)..], shown);
        }

        return map;
    }
}
