namespace Samtala.Gateway;

/// <summary>Where the door listens, with the ports it was given.</summary>
/// <param name="Http">Such as <c>http://127.0.0.1:7650</c>; empty when there is none.</param>
/// <param name="Grpc">Such as <c>http://127.0.0.1:7651</c>; empty when there is none.</param>
/// <param name="Socket">A path; empty when there is none.</param>
/// <param name="Authorities">host:port under which the HTTP listener answers, the one to show first.</param>
public sealed record GatewayAddresses(string Http, string Grpc, string Socket, IReadOnlyList<string> Authorities);
