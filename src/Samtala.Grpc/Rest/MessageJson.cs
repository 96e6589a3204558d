using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Samtala.Grpc.Rest;

/// <summary>Writes messages as proto3 JSON, in UTF-8. Not the library's formatter: that one keeps every enum type it
/// saw in a static table for ever, so a plugin whose enum was once an answer could never be unloaded.</summary>
internal static class MessageJson
{
    private const string WellKnownFile = "google/protobuf/";

    private static readonly JsonWriterOptions s_options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes <paramref name="message"/>, or only <paramref name="field"/> of it.</summary>
    public static void Write(IBufferWriter<byte> target, IMessage message, FieldDescriptor? field)
    {
        using var json = new Utf8JsonWriter(target, s_options);
        if (field is null)
            WriteMessage(json, message);
        else
            WriteField(json, field, field.Accessor.GetValue(message));
    }

    private static void WriteMessage(Utf8JsonWriter json, IMessage message)
    {
        if (message is Any any)
        {
            WriteAny(json, any);
        }
        else if (message.Descriptor.File.Name.StartsWith(WellKnownFile, StringComparison.Ordinal))
        {
            // None of these has an enum of ours.
            json.WriteRawValue(JsonFormatter.Default.Format(message), skipInputValidation: true);
        }
        else
        {
            json.WriteStartObject();
            WriteFields(json, message);
            json.WriteEndObject();
        }
    }

    private static void WriteFields(Utf8JsonWriter json, IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (!IsGiven(field, message, value))
                continue;
            json.WritePropertyName(field.JsonName);
            WriteField(json, field, value);
        }
    }

    private static bool IsGiven(FieldDescriptor field, IMessage message, object? value)
    {
        if (value is null)
            return false;
        if (field.IsMap || field.IsRepeated)
            return ((ICollection)value).Count > 0;
        if (field.HasPresence)
            return field.Accessor.HasValue(message);
        return value switch
        {
            string text => text.Length > 0,
            ByteString bytes => bytes.Length > 0,
            bool flag => flag,
            double number => BitConverter.DoubleToInt64Bits(number) != 0,
            float number => BitConverter.SingleToInt32Bits(number) != 0,
            int number => number != 0,
            uint number => number != 0,
            long number => number != 0,
            ulong number => number != 0,
            _ => field.FieldType != FieldType.Enum || (int)value != 0,
        };
    }

    private static void WriteField(Utf8JsonWriter json, FieldDescriptor field, object? value)
    {
        if (field.IsMap)
        {
            var valueField = field.MessageType.FindFieldByNumber(2);
            json.WriteStartObject();
            foreach (DictionaryEntry entry in (IDictionary)value!)
            {
                json.WritePropertyName(entry.Key is bool flag
                    ? flag ? "true" : "false"
                    : Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
                WriteOne(json, valueField, entry.Value);
            }

            json.WriteEndObject();
        }
        else if (field.IsRepeated)
        {
            json.WriteStartArray();
            foreach (var item in (IList)value!)
                WriteOne(json, field, item);
            json.WriteEndArray();
        }
        else
        {
            WriteOne(json, field, value);
        }
    }

    private static void WriteOne(Utf8JsonWriter json, FieldDescriptor field, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case ByteString bytes:
                json.WriteBase64StringValue(bytes.Span);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case IMessage message:
                WriteMessage(json, message);
                break;
            default:
                WriteNumber(json, field, value);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case int number:
                json.WriteNumberValue(number);
                break;
            case uint number:
                json.WriteNumberValue(number);
                break;
            case long or ulong:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double or float:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
            default:
                WriteEnum(json, field.EnumType, (int)value);
                break;
        }
    }

    private static void WriteEnum(Utf8JsonWriter json, EnumDescriptor type, int number)
    {
        if (type.File.Name.StartsWith(WellKnownFile, StringComparison.Ordinal) && type.Name is nameof(NullValue))
            json.WriteNullValue();
        else if (type.FindValueByNumber(number)?.Name is { } name)
            json.WriteStringValue(name);
        else
            json.WriteNumberValue(number);
    }

    /// <summary>The types of google.rpc are known; others are given as their bytes.</summary>
    private static void WriteAny(Utf8JsonWriter json, Any any)
    {
        json.WriteStartObject();
        json.WriteString("@type", any.TypeUrl);
        var type = Google.Rpc.ErrorDetailsReflection.Descriptor.MessageTypes
            .FirstOrDefault(t => string.Equals(t.FullName, Any.GetTypeName(any.TypeUrl), StringComparison.Ordinal));
        if (type is null)
            json.WriteBase64String("value", any.Value.Span);
        else
            WriteFields(json, type.Parser.ParseFrom(any.Value));
        json.WriteEndObject();
    }
}
