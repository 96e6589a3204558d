using Google.Protobuf.Reflection;
using Samtala.Grpc.Server;

namespace Samtala.Grpc.Rest;

/// <summary>One verb and path template of one method, checked against its messages.</summary>
internal sealed class Route
{
    private Route(RpcMethod method, MethodDescriptor descriptor, string verb, PathTemplate template)
    {
        Method = method;
        Descriptor = descriptor;
        HttpVerb = verb;
        Template = template;
    }

    public RpcMethod Method { get; }

    public MethodDescriptor Descriptor { get; }

    public string HttpVerb { get; }

    public PathTemplate Template { get; }

    public FieldDescriptor[][] Variables { get; private init; } = [];

    /// <summary>Whether the body is the whole request.</summary>
    public bool BodyIsRequest { get; private init; }

    /// <summary>The field that is the body.</summary>
    public FieldDescriptor? BodyField { get; private init; }

    /// <summary>The response field that is the answer; null: all of it.</summary>
    public FieldDescriptor? ResponseField { get; private init; }

    public bool TakesBody => BodyIsRequest || BodyField is not null;

    /// <summary>Every route its annotation declares. Methods with streams of requests have none.</summary>
    /// <exception cref="InvalidOperationException">The annotation is wrong; the message says what.</exception>
    public static IEnumerable<Route> Of(RpcMethod method)
    {
        if (method.Descriptor is not { IsClientStreaming: false } descriptor)
            return [];
        var rule = descriptor.GetOptions()?.GetExtension(Google.Api.AnnotationsExtensions.Http);
        if (rule is null)
            return [];
        try
        {
            return rule.AdditionalBindings.Prepend(rule).Select(r => Of(method, descriptor, r)).ToList();
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"google.api.http of {method.FullName}: {e.Message}", e);
        }
    }

    private static Route Of(RpcMethod method, MethodDescriptor descriptor, Google.Api.HttpRule rule)
    {
        var (verb, path) = rule.PatternCase switch
        {
            Google.Api.HttpRule.PatternOneofCase.Get => ("GET", rule.Get),
            Google.Api.HttpRule.PatternOneofCase.Put => ("PUT", rule.Put),
            Google.Api.HttpRule.PatternOneofCase.Post => ("POST", rule.Post),
            Google.Api.HttpRule.PatternOneofCase.Delete => ("DELETE", rule.Delete),
            Google.Api.HttpRule.PatternOneofCase.Patch => ("PATCH", rule.Patch),
            Google.Api.HttpRule.PatternOneofCase.Custom => (rule.Custom.Kind, rule.Custom.Path),
            _ => throw new FormatException("it has no verb"),
        };
        var template = PathTemplate.Parse(path);
        return new Route(method, descriptor, verb, template)
        {
            Variables = [.. template.Variables.Select(v => FieldPath.Resolve(descriptor.InputType, v.FieldPath))],
            BodyIsRequest = rule.Body is "*",
            BodyField = rule.Body is "" or "*" ? null : Field(descriptor.InputType, rule.Body),
            ResponseField = rule.ResponseBody.Length == 0 ? null : Field(descriptor.OutputType, rule.ResponseBody),
        };
    }

    private static FieldDescriptor Field(MessageDescriptor message, string name) =>
        FieldPath.Find(message, name) ?? throw new FormatException($"{message.FullName} has no field {name}");
}
