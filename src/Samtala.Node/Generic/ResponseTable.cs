using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Samtala.Node.Cli;
using Samtala.Type.V1;

namespace Samtala.Node.Generic;

/// <summary>Answers for people: a list as a table, anything else as names and values.</summary>
internal static class ResponseTable
{
    /// <summary>Writes an answer.</summary>
    public static void Write(TextWriter target, MessageDescriptor type, JsonObject answer)
    {
        if (ListField(type) is { } list)
            WriteRows(target, list.MessageType, answer[list.JsonName] as JsonArray ?? []);
        else
            TableText.WritePairs(target, Pairs(type, answer, ""));
    }

    /// <summary>The one repeated message field of a list's answer; null for other answers.</summary>
    public static FieldDescriptor? ListField(MessageDescriptor type)
    {
        if (type.FindFieldByName("next_page_token") is null && type.Fields.InDeclarationOrder().Count != 1)
            return null;
        var lists = type.Fields.InDeclarationOrder()
            .Where(f => f.IsRepeated && !f.IsMap && f.FieldType == FieldType.Message).ToList();
        return lists.Count == 1 ? lists[0] : null;
    }

    /// <summary>One item of a stream, on one line.</summary>
    public static string Line(MessageDescriptor type, JsonObject item) =>
        string.Join("  ", Columns(type).Select(f => Cell(f, item[f.JsonName])).Where(t => t.Length > 0));

    // JSON leaves out zeros; people would look for them.
    private static JsonNode? Shown(FieldDescriptor field, JsonNode? value) =>
        value is null && !field.IsRepeated && !field.HasPresence && field.FieldType is FieldType.Int32
            or FieldType.Int64 or FieldType.UInt32 or FieldType.UInt64
            ? 0
            : value;

    // A word speaks for itself; a number or a switch needs its name.
    private static string Cell(FieldDescriptor field, JsonNode? value) =>
        value is null || field.FieldType is FieldType.String or FieldType.Enum or FieldType.Message
            ? Text(value)
            : $"{field.Name.Replace('_', ' ')} {Text(value)}";

    private static void WriteRows(TextWriter target, MessageDescriptor type, JsonArray rows)
    {
        if (rows.Count == 0)
        {
            target.WriteLine("none");
            return;
        }

        var columns = Columns(type);
        TableText.Write(
            target,
            [.. columns.Select(c => c.Name.Replace('_', ' '))],
            [.. rows.OfType<JsonObject>().Select(
                row => columns.Select(c => Text(Shown(c, row[c.JsonName]))).ToArray())]);
    }

    private static List<FieldDescriptor> Columns(MessageDescriptor type)
    {
        var all = type.Fields.InFieldNumberOrder();
        var marked = all.Where(f => f.GetOptions()?.GetExtension(OptionsExtensions.Column) ?? false).ToList();
        return marked.Count > 0
            ? marked
            : [.. all.Where(f => f.FieldType is not FieldType.Bytes && (f.FieldType is not FieldType.Message
                || f.MessageType.File.Package == "google.protobuf"))];
    }

    private static List<(string Name, string Value)> Pairs(MessageDescriptor type, JsonObject answer, string prefix)
    {
        List<(string, string)> pairs = [];
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            var value = answer[field.JsonName];
            var name = prefix + field.Name.Replace('_', ' ');
            if (value is JsonObject inner && field.FieldType == FieldType.Message && !field.IsMap)
                pairs.AddRange(Pairs(field.MessageType, inner, name + "."));
            else if (value is JsonArray list && field.FieldType == FieldType.Message)
                pairs.AddRange(list.OfType<JsonObject>().Select(item => (name, Line(field.MessageType, item))));
            else if (value is not null)
                pairs.Add((name, Text(value)));
        }

        return pairs;
    }

    private static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(Text)),
        JsonObject map => string.Join(", ", map.Select(p => $"{p.Key}={Text(p.Value)}")),
        _ => value.ToString(),
    };
}
