using System.CommandLine;
using Samtala.Node.Cli;
using Samtala.Node.Generic;
using Samtala.Node.V1;

namespace Samtala.Node.Verbs;

/// <summary>token create, list, remove, login.</summary>
internal static class TokenVerb
{
    public static Command Build(CliContext context)
    {
        Dictionary<string, string> comments = new(StringComparer.Ordinal)
        {
            ["TokenService_CreateToken"] = "Makes a token. Its secret is shown only now.",
            ["TokenService_CreateToken/scopes"] = "What it allows, such as registry:publish or state:read.",
            ["TokenService_CreateToken/displayName"] = "For people.",
            ["TokenService_CreateToken/ttl"] = "How long it is good for; for ever if left out.",
            ["TokenService_ListTokens"] = "Lists the tokens, without their secrets.",
            ["TokenService_DeleteToken"] = "Withdraws a token at once.",
            ["TokenService_CreateLogin"] = "Makes a new one-time link to the dashboard.",
        };
        var service = TokenReflection.Descriptor.Services.Single();
        // Links and logging in are for programs.
        var group = RpcCommands.Group(
            "token", "Makes and withdraws tokens and login links.",
            service.Methods.Where(m => m.Name is not ("CreateLink" or "Login")), context with { Comments = comments });
        return ExampleHelp.With(
            group, "samtala token create --scope registry:publish --display-name ci --ttl 30d", "samtala token list",
            "samtala token login");
    }
}
