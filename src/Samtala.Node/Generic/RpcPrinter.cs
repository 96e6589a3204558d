using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Samtala.Node.Cli;

namespace Samtala.Node.Generic;

/// <summary>Prints answers of one type in one form.</summary>
internal sealed class RpcPrinter
{
    private static readonly JsonSerializerOptions s_lines =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_document = new(s_lines) { WriteIndented = true };
    private readonly MessageDescriptor _type;
    private readonly OutputForm _form;
    private readonly TextWriter _target;

    public RpcPrinter(MessageDescriptor type, OutputForm form, TextWriter target)
    {
        _type = type;
        _form = form;
        _target = target;
    }

    /// <summary>One item of a stream.</summary>
    public void Item(JsonObject item)
    {
        _target.WriteLine(_form == OutputForm.Table ? ResponseTable.Line(_type, item) : item.ToJsonString(s_lines));
        _target.Flush();
    }

    /// <summary>A whole answer.</summary>
    public void Answer(JsonObject answer)
    {
        switch (_form)
        {
            case OutputForm.Json:
                _target.WriteLine(answer.ToJsonString(s_document));
                break;
            case OutputForm.Jsonl when ResponseTable.ListField(_type) is { } list:
                foreach (var item in (answer[list.JsonName] as JsonArray ?? []).OfType<JsonObject>())
                    _target.WriteLine(item.ToJsonString(s_lines));
                break;
            case OutputForm.Jsonl:
                _target.WriteLine(answer.ToJsonString(s_lines));
                break;
            default:
                ResponseTable.Write(_target, _type, answer);
                break;
        }
    }
}
