using Google.Protobuf.Reflection;
using Samtala.Type.V1;

namespace Samtala.Node.Generic;

/// <summary>One field of a request as the command line takes it.</summary>
/// <param name="Flag">Without dashes, such as "page-size".</param>
/// <param name="Path">From the request down to the field.</param>
/// <param name="IsPositional">An argument instead of a flag.</param>
internal sealed record RpcField(string Flag, IReadOnlyList<FieldDescriptor> Path, bool IsPositional)
{
    private const int DepthMax = 3;

    /// <summary>As google.api.http writes it, such as "entry.name".</summary>
    public string ProtoPath => string.Join('.', Path.Select(p => p.Name));

    /// <summary>The field itself.</summary>
    public FieldDescriptor Field => Path[^1];

    /// <summary>Whether it is a switch without a value.</summary>
    public bool IsSwitch => Field.FieldType == FieldType.Bool && !Field.IsRepeated;

    /// <summary>The fields of a request, nested messages flattened; those positional first, in field order.</summary>
    public static IReadOnlyList<RpcField> Of(MessageDescriptor request)
    {
        List<RpcField> fields = [];
        Collect(request, [], fields);
        return [.. fields.OrderBy(f => f.IsPositional ? 0 : 1)];
    }

    /// <summary>What the value looks like, for help.</summary>
    public string ValueForm => Field switch
    {
        { IsMap: true } => "KEY=VALUE",
        { FieldType: FieldType.Enum } => string.Join('|', FieldText.EnumWords(Field.EnumType)),
        { FieldType: FieldType.Bytes } => "TEXT|@FILE",
        { FieldType: FieldType.Message } => FieldText.WellKnownForm(Field.MessageType) ?? "JSON",
        { FieldType: FieldType.String } => Field.Name.ToUpperInvariant(),
        _ => "NUMBER",
    };

    private static void Collect(MessageDescriptor message, List<FieldDescriptor> path, List<RpcField> fields)
    {
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            List<FieldDescriptor> next = [.. path, field];
            var isLeaf = field.FieldType != FieldType.Message || field.IsRepeated
                || FieldText.WellKnownForm(field.MessageType) is not null;
            if (!isLeaf && next.Count < DepthMax && !path.Any(p => p.MessageType == field.MessageType))
            {
                Collect(field.MessageType, next, fields);
                continue;
            }

            var positional = field.GetOptions()?.GetExtension(OptionsExtensions.Positional) ?? false;
            fields.Add(new RpcField(string.Join('-', next.Select(f => Words.Kebab(f.Name))), next, positional));
        }
    }
}
