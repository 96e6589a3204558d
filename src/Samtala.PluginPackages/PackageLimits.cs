namespace Samtala.PluginPackages;

/// <summary>Every size a package can meet. One over its limit is refused before anything is kept.</summary>
public static class PackageLimits
{
    /// <summary>Largest .nupkg in bytes.</summary>
    public const long PackageSizeMax = 128L * 1024 * 1024;

    /// <summary>Most bytes of all files together, unpacked.</summary>
    public const long ContentSizeMax = 256L * 1024 * 1024;

    /// <summary>Most files.</summary>
    public const int EntriesMax = 2000;

    /// <summary>Most bytes unpacked per packed byte, for files larger than <see cref="RatioFloor"/>.</summary>
    public const int RatioMax = 100;

    /// <summary>Smaller files may be packed as well as they like.</summary>
    public const int RatioFloor = 64 * 1024;

    /// <summary>Longest path of a file in characters.</summary>
    public const int PathSizeMax = 200;

    /// <summary>Most folders in a path.</summary>
    public const int DepthMax = 8;

    /// <summary>Largest directory of a .nupkg in bytes: what must be read before anything can be counted.</summary>
    public const int DirectorySizeMax = 1024 * 1024;
}
