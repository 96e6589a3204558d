using System.Text.Json;

namespace Samtala.Plugins.Registry.Npm;

/// <summary>Finds one file in a packument: where the upstream keeps it and what it must hash to.</summary>
internal sealed class TarballFinder(string name, string file) : PackumentWalker(name)
{
    private string _tarball = "";
    private string _integrity = "";
    private string _shasum = "";

    /// <summary>Set when the file was found.</summary>
    public Tarball? Found { get; private set; }

    protected override void OnToken(ref Utf8JsonReader reader)
    {
        if (Track(reader))
        {
            switch (Field)
            {
                case DistField.Tarball:
                    _tarball = TextOf(reader);
                    break;
                case DistField.Integrity:
                    _integrity = TextOf(reader);
                    break;
                case DistField.Shasum:
                    _shasum = TextOf(reader);
                    break;
            }
        }
        else if (IsDistEnd(reader))
        {
            TarballLink.Read(_tarball, Name, Version, out var seen);
            if (seen == file)
            {
                Found = new Tarball(_tarball, _integrity, _shasum);
                IsDone = true;
            }

            _tarball = _integrity = _shasum = "";
        }
    }

    /// <summary>The <c>dist</c> of one version.</summary>
    /// <param name="Url">As it stands in the document.</param>
    /// <param name="IntegrityText">May be empty.</param>
    /// <param name="Shasum">May be empty.</param>
    internal sealed record Tarball(string Url, string IntegrityText, string Shasum);
}
