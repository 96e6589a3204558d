using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Samtala.Grpc.Rest;

/// <summary>Fields inside fields: "entry.name".</summary>
internal static class FieldPath
{
    /// <summary>Depth of the deepest path a query may name.</summary>
    public const int DepthMax = 8;

    /// <summary>The field called <paramref name="name"/>, as in the proto or as in JSON.</summary>
    public static FieldDescriptor? Find(MessageDescriptor message, string name) =>
        message.FindFieldByName(name) ?? message.Fields.InDeclarationOrder()
            .FirstOrDefault(f => string.Equals(f.JsonName, name, StringComparison.Ordinal));

    /// <exception cref="FormatException">There is no such field, or one on the way is no single message.</exception>
    public static FieldDescriptor[] Resolve(MessageDescriptor message, string path)
    {
        var names = path.Split('.');
        if (names.Length > DepthMax)
            throw new FormatException($"\"{path}\" is deeper than {DepthMax}");
        var fields = new FieldDescriptor[names.Length];
        var at = message;
        for (var i = 0; i < names.Length; i++)
        {
            fields[i] = Find(at, names[i]) ?? throw new FormatException($"{at.FullName} has no field \"{names[i]}\"");
            if (i == names.Length - 1)
                break;
            if (fields[i].FieldType != FieldType.Message || fields[i].IsRepeated)
                throw new FormatException($"\"{names[i]}\" of \"{path}\" has no fields inside");
            at = fields[i].MessageType;
        }

        return fields;
    }

    /// <summary>The message that holds the last field of <paramref name="path"/>; those missing are made.</summary>
    public static IMessage Parent(IMessage message, ReadOnlySpan<FieldDescriptor> path)
    {
        foreach (var field in path[..^1])
        {
            if (field.Accessor.GetValue(message) is not IMessage next)
            {
                next = field.MessageType.Parser.ParseFrom(ByteString.Empty);
                field.Accessor.SetValue(message, next);
            }

            message = next;
        }

        return message;
    }
}
