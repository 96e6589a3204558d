namespace Samtala.Gateway;

/// <summary>The dashboard's files and the plugins' modules.</summary>
public interface IUiFiles
{
    /// <summary>Finds a file.</summary>
    /// <param name="path">Absolute, such as <c>/</c>, <c>/assets/shell.js</c> or <c>/ui/registry.js</c>; checked
    /// before: no empty, dot or encoded segments.</param>
    /// <returns>Null when there is none.</returns>
    UiFile? Find(string path);
}

/// <summary>One file of the dashboard.</summary>
/// <param name="ContentType">Such as <c>text/html; charset=utf-8</c>.</param>
/// <param name="Etag">Without quotes.</param>
/// <param name="Bytes">The content.</param>
/// <param name="IsImmutable">Its name carries a hash, so that it never changes.</param>
public sealed record UiFile(string ContentType, string Etag, ReadOnlyMemory<byte> Bytes, bool IsImmutable);
