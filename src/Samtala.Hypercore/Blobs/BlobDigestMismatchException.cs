namespace Samtala.Hypercore.Blobs;

/// <summary>The bytes that came are not the bytes that were promised. Nothing of them was kept.</summary>
public sealed class BlobDigestMismatchException : IOException
{
    /// <summary>The code `samtala explain` knows.</summary>
    public const string Code = "SAM0301";

    private BlobDigestMismatchException(string what, string expected, string seen)
        : base($"{Code}: the bytes received are not those promised: {what} should be {expected} and is {seen}. "
            + "Nothing was kept. Fetch them again; if it happens again, the source serves other bytes than it names.")
    {
        Expected = expected;
        Seen = seen;
    }

    /// <summary>What was promised, as text.</summary>
    public string Expected { get; }

    /// <summary>What came, as text.</summary>
    public string Seen { get; }

    internal static BlobDigestMismatchException OfDigest(in BlobDigest expected, in BlobDigest seen) =>
        new("the digest", expected.ToString(), seen.ToString());

    internal static BlobDigestMismatchException OfLength(long expected, string seen) =>
        new("the length", $"{expected} bytes", seen);
}
