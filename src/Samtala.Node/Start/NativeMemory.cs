using System.Runtime.InteropServices;

namespace Samtala.Node.Start;

/// <summary>Keeps the C library from holding on to what the runtime, zlib and OpenSSL freed: by default it has a heap
/// of its own for every few threads, and gives little of it back.</summary>
internal static partial class NativeMemory
{
    // malloc.h of glibc.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int ArenaMax = -8;

    private const int HeapCount = 2;
    private const int LargeSize = 128 * 1024;

    /// <summary>Fewer heaps, and large pieces straight from the system and back. Does nothing without glibc.</summary>
    public static void Limit()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(ArenaMax, HeapCount);
            // Naming the sizes also keeps them from growing by themselves.
            _ = SetOption(MapThreshold, LargeSize);
            _ = SetOption(TrimThreshold, LargeSize);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library; it does not keep such heaps.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
