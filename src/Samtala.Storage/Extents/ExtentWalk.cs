namespace Samtala.Storage.Extents;

/// <summary>Finds the extents of a file by their headers, dead ones included.</summary>
internal static class ExtentWalk
{
    /// <exception cref="KeyNotFoundException">The file was deleted.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public static IEnumerable<(ExtentId Id, ExtentPlace Place)> Of(ExtentFile file)
    {
        using var use = file.Open();
        var header = new byte[ExtentLayout.HeaderSize];
        for (long at = 0; use.File.Read(at, header) == header.Length;)
        {
            if (!ExtentLayout.TryReadHeader(header, out var id, out var length, out var checksum))
                yield break;
            yield return (id, new ExtentPlace(file.Number, at + ExtentLayout.HeaderSize, length, checksum));
            at += ExtentLayout.FootprintOf(length);
        }
    }
}
