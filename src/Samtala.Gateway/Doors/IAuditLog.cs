namespace Samtala.Gateway;

/// <summary>Remembers who wrote what through the door.</summary>
public interface IAuditLog
{
    /// <summary>Records one write. Returns at once; a full or broken disk must not stop the answer.</summary>
    /// <param name="record">What was done.</param>
    void Record(AuditRecord record);
}

/// <summary>One write through the door.</summary>
/// <param name="Time">When it was answered.</param>
/// <param name="Principal">A token's id, <c>owner</c> or <c>socket:{uid}</c>.</param>
/// <param name="Action">Method and path without the query, or the full name of the rpc.</param>
/// <param name="Status">The answer's HTTP status.</param>
public sealed record AuditRecord(DateTimeOffset Time, string Principal, string Action, int Status);
