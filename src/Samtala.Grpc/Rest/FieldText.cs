using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Samtala.Grpc.Wire;

namespace Samtala.Grpc.Rest;

/// <summary>Sets fields from the text of paths and queries.</summary>
internal static class FieldText
{
    private const string WellKnownPrefix = "google.protobuf.";

    /// <summary>Sets the field at the end of <paramref name="path"/>, or adds to it when it is repeated.</summary>
    /// <exception cref="FormatException">The text is no value of that field.</exception>
    public static void Set(IMessage message, FieldDescriptor[] path, string text)
    {
        var field = path[^1];
        var parent = FieldPath.Parent(message, path);
        if (field.IsMap)
            throw new FormatException("a map cannot be given in a path or a query");
        var value = Parse(field, text);
        if (field.IsRepeated)
            ((IList)field.Accessor.GetValue(parent)).Add(value);
        else
            field.Accessor.SetValue(parent, value);
    }

    private static object Parse(FieldDescriptor field, string text) => field.FieldType switch
    {
        FieldType.String => text,
        FieldType.Bool => text switch
        {
            "true" => true,
            "false" => false,
            _ => throw Wrong(text, "true or false"),
        },
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Number<int>(text),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Number<long>(text),
        FieldType.UInt32 or FieldType.Fixed32 => Number<uint>(text),
        FieldType.UInt64 or FieldType.Fixed64 => Number<ulong>(text),
        FieldType.Double => Fraction<double>(text),
        FieldType.Float => Fraction<float>(text),
        FieldType.Bytes => Bytes(text),
        FieldType.Enum => Enum(field.EnumType, text),
        FieldType.Message => Message(field.MessageType, text),
        _ => throw new FormatException($"a field of type {field.FieldType} cannot be given in a path or a query"),
    };

    private static T Number<T>(string text)
        where T : System.Numerics.INumber<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong(text, $"a whole number that fits {typeof(T).Name}");

    private static T Fraction<T>(string text)
        where T : System.Numerics.INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong(text, "a number");

    private static ByteString Bytes(string text) =>
        WireText.TryDecode(text.Replace('-', '+').Replace('_', '/'), out var bytes)
            ? ByteString.CopyFrom(bytes)
            : throw Wrong(text, "base64");

    private static object Enum(EnumDescriptor type, string text)
    {
        var number = type.FindValueByName(text)?.Number;
        if (number is null && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given))
            number = given;
        return number is { } found
            ? System.Enum.ToObject(type.ClrType, found)
            : throw Wrong(text, $"one of {string.Join(", ", type.Values.Select(v => v.Name))}");
    }

    private static object Message(MessageDescriptor type, string text)
    {
        if (!type.FullName.StartsWith(WellKnownPrefix, StringComparison.Ordinal))
            throw new FormatException($"{type.FullName} has fields: give them one by one, as field.inside=value");
        if (type.FullName.EndsWith("Value", StringComparison.Ordinal) && type.FindFieldByName("value") is { } inner)
            return Parse(inner, text);
        try
        {
            return JsonParser.Default.Parse(System.Text.Json.JsonSerializer.Serialize(text), type);
        }
        catch (Exception e) when (e is InvalidJsonException or InvalidProtocolBufferException)
        {
            throw Wrong(text, $"a {type.Name}");
        }
    }

    private static FormatException Wrong(string text, string expected) =>
        new($"\"{(text.Length > 64 ? text[..64] + "…" : text)}\" is not {expected}");
}
