namespace Samtala.Testing;

/// <summary>A folder of its own that is gone afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes it.</summary>
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("samtala-test-").FullName;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>A path below it.</summary>
    /// <param name="relative">Relative to the folder.</param>
    public string At(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>Deletes it with everything in it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
