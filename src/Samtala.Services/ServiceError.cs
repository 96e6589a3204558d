using Google.Rpc;
using Grpc.Core;
using Samtala.Grpc.Wire;

namespace Samtala.Services;

/// <summary>Makes the errors that callers see: a status, and google.rpc details with a reason and a code.</summary>
internal static class ServiceError
{
    /// <summary>An error for the caller.</summary>
    /// <param name="status">What kind.</param>
    /// <param name="code">From docs/errors.md, such as "SAM0701".</param>
    /// <param name="reason">UPPER_SNAKE, for programs.</param>
    /// <param name="message">What, where, why and how to fix, for people.</param>
    public static RpcException Make(StatusCode status, string code, string reason, string message) =>
        RichStatus.Error(status, reason, message, code);

    /// <summary>INVALID_ARGUMENT that names the field.</summary>
    /// <param name="code">From docs/errors.md.</param>
    /// <param name="field">The request's field, in proto spelling.</param>
    /// <param name="message">What, why and how to fix.</param>
    public static RpcException Invalid(string code, string field, string message)
    {
        var violation = new BadRequest.Types.FieldViolation { Field = field, Description = message };
        return RichStatus.Error(
            StatusCode.InvalidArgument, "INVALID_FIELD", $"{field}: {message}", code,
            new BadRequest { FieldViolations = { violation } });
    }
}
