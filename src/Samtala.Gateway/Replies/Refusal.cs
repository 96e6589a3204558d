namespace Samtala.Gateway;

/// <summary>Why the door turns a request away.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">For <c>samtala explain</c>, such as <c>SAM0501</c>.</param>
/// <param name="Reason">Upper snake case, the tail of the problem's type.</param>
/// <param name="Title">What happened, in a few words.</param>
/// <param name="Remedy">How to mend it.</param>
public sealed record Refusal(int Status, string Code, string Reason, string Title, string Remedy)
{
    /// <summary>The Host header is absent, odd or not ours: perhaps a page that rebinds its name to this machine.
    /// </summary>
    public static Refusal ForeignHost { get; } = new(421, "SAM0501", "FOREIGN_HOST",
        "This door does not answer under that name.",
        "Use 127.0.0.1 or localhost with the port, or add the name to gateway.hosts in the configuration.");

    /// <summary>A page of another site asks.</summary>
    public static Refusal ForeignOrigin { get; } = new(403, "SAM0502", "FOREIGN_ORIGIN",
        "Pages of other sites may not call this node.", "Call it from its own dashboard, or from a program.");

    /// <summary>No token, or one that is unknown, expired or withdrawn.</summary>
    public static Refusal NoToken { get; } = new(401, "SAM0503", "TOKEN_MISSING",
        "A valid token is needed.",
        "Send 'Authorization: Bearer TOKEN'; 'samtala token create --scope SCOPE' makes one.");

    /// <summary>The token does not allow this.</summary>
    public static Refusal MissingScope { get; } = new(403, "SAM0504", "SCOPE_MISSING",
        "The token does not allow this.",
        "Make a token with the scope that is named: samtala token create --scope SCOPE");

    /// <summary>A write whose body is not JSON.</summary>
    public static Refusal NotJson { get; } = new(415, "SAM0505", "CONTENT_TYPE_UNSUPPORTED",
        "This body's type is not taken here.", "Send 'Content-Type: application/json'.");

    /// <summary>The path is not in plain form.</summary>
    public static Refusal OddPath { get; } = new(400, "SAM0506", "PATH_NOT_PLAIN",
        "The path is not in plain form.",
        "Send an absolute path without empty, '.' or '..' segments, backslashes or encoded control characters.");

    /// <summary>WebSockets are not served.</summary>
    public static Refusal WebSocket { get; } = new(400, "SAM0507", "WEBSOCKET_REFUSED",
        "WebSockets are not served.", "Use the event streams (text/event-stream) or gRPC.");

    /// <summary>The method is not served here.</summary>
    public static Refusal Method { get; } = new(405, "SAM0508", "METHOD_NOT_ALLOWED",
        "The method is not served here.", "See /openapi.json for what is.");

    /// <summary>Nothing is there.</summary>
    public static Refusal NotFound { get; } = new(404, "SAM0509", "NOT_FOUND",
        "There is nothing at this path.", "Check the path; 'samtala plugin list' shows which plugins there are.");

    /// <summary>The plugin does not run.</summary>
    public static Refusal PluginStopped { get; } = new(503, "SAM0510", "PLUGIN_STOPPED",
        "The plugin does not run now.",
        "See 'samtala plugin list', then 'samtala plugin enable' or 'samtala plugin logs'.");

    /// <summary>The body is longer than allowed.</summary>
    public static Refusal TooLarge { get; } = new(413, "SAM0511", "BODY_TOO_LARGE",
        "The body is longer than allowed.", "Send big content to /v1/blobs and name it by its id.");

    /// <summary>The handler failed.</summary>
    public static Refusal Failed { get; } = new(500, "SAM0512", "INTERNAL",
        "The node could not answer.", "See 'samtala plugin logs' or the node's log at this time.");

    /// <summary>The node is not ready.</summary>
    public static Refusal NotReady { get; } = new(503, "SAM0513", "NOT_READY",
        "The node is not ready.", "Wait, or see 'samtala doctor'.");

    /// <summary>No byte of the resource lies in the range.</summary>
    public static Refusal BadRange { get; } = new(416, "SAM0514", "RANGE_NOT_SATISFIABLE",
        "No byte lies in that range.", "Ask for a range inside the length given in Content-Range.");

    /// <summary>The bytes are others than announced.</summary>
    public static Refusal WrongDigest { get; } = new(422, "SAM0515", "DIGEST_MISMATCH",
        "The bytes are others than announced; nothing was kept.", "Send them again, or check the digest.");

    /// <summary>The request is malformed.</summary>
    public static Refusal Malformed { get; } = new(400, "SAM0516", "REQUEST_MALFORMED",
        "The request is malformed.", "Check the request against /openapi.json.");

    /// <summary>Stored bytes are damaged.</summary>
    public static Refusal Damaged { get; } = new(500, "SAM0517", "CONTENT_DAMAGED",
        "The stored bytes are damaged and were not sent.", "Run 'samtala verify'; it names what to fetch again.");

    /// <summary>All of them, for <c>samtala explain</c>.</summary>
    public static IReadOnlyList<Refusal> All { get; } =
    [
        ForeignHost, ForeignOrigin, NoToken, MissingScope, NotJson, OddPath, WebSocket, Method, NotFound, PluginStopped,
        TooLarge, Failed, NotReady, BadRange, WrongDigest, Malformed, Damaged,
    ];
}
