using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Samtala.Crypto;
using Samtala.Hypercore.Tree;

namespace Samtala.Bench;

/// <summary>What no log can beat on this machine at this moment: hashing the bytes, and having them on disk.</summary>
/// <param name="Hash">Megabytes per second of leaves and parents, on one thread.</param>
/// <param name="Disk">Megabytes per second into one file of the same folder, with one flush at the end.</param>
internal sealed partial record LogBounds(double Hash, double Disk)
{
    private const int WriteSize = 1 << 20;

    /// <summary>Measures both once.</summary>
    /// <param name="folder">Gets the file.</param>
    /// <param name="count">Blocks altogether.</param>
    /// <param name="size">Bytes of each.</param>
    /// <param name="batch">Blocks hashed together.</param>
    public static LogBounds Measure(string folder, int count, int size, int batch)
    {
        var megabytes = count * (double)size / 1e6;
        return new LogBounds(megabytes / HashAll(count, size, batch), megabytes / WriteAll(folder, count * (long)size));
    }

    private static double HashAll(int count, int size, int batch)
    {
        var bytes = RandomNumberGenerator.GetBytes(batch * size);
        var sizes = Enumerable.Repeat((ulong)size, batch).ToArray();
        var hashes = new Hash32[batch];
        var above = new Hash32[batch];
        var watch = Stopwatch.StartNew();
        for (var done = 0; done < count; done += batch)
        {
            MerkleBatch.Leaves(bytes, sizes, hashes);
            for (var pairs = batch / 2; pairs > 0; pairs /= 2)
            {
                MerkleBatch.Parents(
                    hashes.AsSpan(0, 2 * pairs), sizes.AsSpan(0, 2 * pairs), above.AsSpan(0, pairs), new ulong[pairs]);
                above.AsSpan(0, pairs).CopyTo(hashes);
            }
        }

        return watch.Elapsed.TotalSeconds;
    }

    private static double WriteAll(string folder, long size)
    {
        var path = Path.Combine(folder, "bound");
        var bytes = new byte[WriteSize];
        RandomNumberGenerator.Fill(bytes);
        var watch = Stopwatch.StartNew();
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (long at = 0; at < size; at += WriteSize)
                RandomAccess.Write(file, bytes.AsSpan(0, (int)Math.Min(WriteSize, size - at)), at);
            if (!OperatingSystem.IsLinux())
                RandomAccess.FlushToDisk(file);
            else if (SyncData(file) != 0)
                throw new IOException($"The disk refused (errno {Marshal.GetLastPInvokeError()}).");
        }

        var seconds = watch.Elapsed.TotalSeconds;
        File.Delete(path);
        return seconds;
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle handle);
}
