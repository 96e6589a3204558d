using System.Text;
using System.Text.Json;
using Samtala.Plugins.Registry.Mirroring;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>Copies a packument and points its <c>dist.tarball</c> links at this mirror; changes nothing else.</summary>
internal class TarballRewriter : PackumentWalker, ILinkWalker
{
    private readonly byte[] _base;
    private byte[] _seen = [];
    private readonly byte[] _link;

    /// <summary>Begins a document.</summary>
    /// <param name="name">The package.</param>
    /// <param name="baseUri">What links begin with: the mirror's URL with '/' at its end.</param>
    public TarballRewriter(string name, string baseUri)
        : base(name)
    {
        _base = Encoding.UTF8.GetBytes($"{baseUri}{name}/-/");
        _link = new byte[_base.Length + NpmName.FileLengthMax];
        _base.CopyTo(_link, 0);
    }

    /// <summary>What all the upstream's links began with; null as long as there was none.</summary>
    public string? Prefix { get; private set; }

    /// <summary>Some links had another form, so that they cannot be made again from <see cref="Prefix"/>.</summary>
    public bool IsLossy { get; private set; }

    protected override void OnToken(ref Utf8JsonReader reader)
    {
        if (reader is { TokenType: JsonTokenType.StartObject, CurrentDepth: 0 })
            StartCopy(reader);
        if (Track(reader) && Field == DistField.Tarball)
            Rewrite(reader);
    }

    /// <summary>Replaces the link at the reader.</summary>
    protected void Rewrite(in Utf8JsonReader reader)
    {
        var url = reader.ValueSpan;
        var slash = url.LastIndexOf((byte)'/');
        // The common case without a string: the same head as the link before.
        if (!reader.ValueIsEscaped && slash > 0 && _seen.Length > 0 && url[..(slash + 1)].SequenceEqual(_seen)
            && IsPlainFile(url[(slash + 1)..]))
        {
            Replace(reader, Link(url[(slash + 1)..]));
            return;
        }

        RewriteSlowly(reader);
    }

    private void RewriteSlowly(in Utf8JsonReader reader)
    {
        var url = TextOf(reader);
        var prefix = TarballLink.Read(url, Name, Version, out var file);
        if (prefix is null || (Prefix is not null && Prefix != prefix))
        {
            IsLossy = true;
        }
        else
        {
            Prefix = prefix;
            _seen = Encoding.UTF8.GetBytes(url[..(url.LastIndexOf('/') + 1)]);
        }

        if (file is not null)
            Replace(reader, Link(Encoding.UTF8.GetBytes(file)));
    }

    private ReadOnlySpan<byte> Link(ReadOnlySpan<byte> file)
    {
        file.CopyTo(_link.AsSpan(_base.Length));
        return _link.AsSpan(0, _base.Length + file.Length);
    }

    private static bool IsPlainFile(ReadOnlySpan<byte> file)
    {
        if (file.Length > NpmName.FileLengthMax)
            return false;
        Span<char> text = stackalloc char[NpmName.FileLengthMax];
        return Encoding.UTF8.TryGetChars(file, text, out var length) && NpmName.IsFile(text[..length]);
    }
}
