using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Samtala.Node.Errors;
using Samtala.Node.Generic;
using Samtala.Node.V1;

namespace Samtala.Node.Tests.Generic;

public sealed class HttpBindingTests
{
    [Fact]
    public void A_short_id_becomes_the_resource_name_of_the_path()
    {
        var (uri, body) = Bind(
            PluginReflection.Descriptor, "EnablePlugin", """{"name":"registry","grants":["state"]}""");
        Assert.Equal("/v1/plugins/registry:enable", uri);
        Assert.Equal("""{"grants":["state"]}""", body!.ToJsonString());
    }

    [Fact]
    public void Fields_that_are_neither_path_nor_body_go_into_the_query()
    {
        var (uri, body) = Bind(
            StateReflection.Descriptor, "ListState", """{"parent":"stores/s","prefix":"a/b c","pageSize":7}""");
        Assert.Equal("/v1/stores/s/keys?prefix=a%2Fb%20c&pageSize=7", uri);
        Assert.Null(body);
    }

    [Fact]
    public void A_key_keeps_its_slashes_and_escapes_the_rest()
    {
        var (uri, body) = Bind(
            StateReflection.Descriptor, "SetState", """{"entry":{"name":"stores/s/keys/a/b?c","text":"x"}}""");
        Assert.Equal("/v1/stores/s/keys/a/b%3Fc", uri);
        Assert.Equal("""{"text":"x"}""", body!.ToJsonString());
    }

    [Fact]
    public void A_missing_path_field_is_named()
    {
        var e = Assert.Throws<CliException>(() => Bind(PluginReflection.Descriptor, "GetPlugin", "{}"));
        Assert.Equal(("SAM0006", 2), (e.Code, e.ExitCode));
    }

    [Theory]
    [InlineData("30d", "2592000s")]
    [InlineData("90m", "5400s")]
    [InlineData("1.5h", "5400s")]
    [InlineData("250s", "250s")]
    public void A_duration_is_typed_as_people_say_it(string typed, string json) => Assert.Equal(
        json, FieldText.ToJson(CreateTokenRequest.Descriptor.FindFieldByName("ttl"), typed, "--ttl").ToString());

    [Theory]
    [InlineData("soon")]
    [InlineData("10")]
    [InlineData("1y")]
    public void Anything_else_is_refused_by_its_flag(string typed)
    {
        var e = Assert.Throws<CliException>(
            () => FieldText.ToJson(CreateTokenRequest.Descriptor.FindFieldByName("ttl"), typed, "--ttl"));
        Assert.Equal("SAM0002", e.Code);
        Assert.Contains("--ttl", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_rpc_of_the_node_that_has_a_REST_form_can_be_a_command()
    {
        FileDescriptor[] files =
            [NodeReflection.Descriptor, PluginReflection.Descriptor, TokenReflection.Descriptor,
                StateReflection.Descriptor];
        foreach (var rpc in files.SelectMany(f => f.Services).SelectMany(s => s.Methods))
        {
            var binding = HttpBinding.Of(rpc);
            Assert.NotNull(binding);
            foreach (var field in binding.PathFields)
                Assert.Contains(RpcField.Of(rpc.InputType), f => string.Join('.', f.Path.Select(p => p.Name)) == field);
        }
    }

    private static (string Uri, JsonNode? Body) Bind(FileDescriptor file, string rpc, string request)
    {
        var method = file.Services.Select(s => s.FindMethodByName(rpc)).First(m => m is not null);
        return HttpBinding.Of(method)!.Bind(JsonNode.Parse(request)!.AsObject());
    }
}
