using System.Reflection;
using System.Runtime.InteropServices;

namespace Samtala.Crypto.Native;

/// <summary>Finds libsodium under the names distributions give it and starts it once.</summary>
internal static unsafe class SodiumLibrary
{
    internal const string Name = "libsodium";

    // Without the -dev package there is no plain libsodium.so; the number is the ABI: 23 = 1.0.18, 26 = 1.0.19 on.
    private static readonly string[] s_names =
    [
        "libsodium.so.26", "libsodium.so.23", "libsodium.so",
        "libsodium.dylib", "libsodium.26.dylib", "libsodium.23.dylib",
        "/opt/homebrew/lib/libsodium.dylib", "/usr/local/lib/libsodium.dylib",
        "libsodium.dll", "libsodium",
    ];

    private static readonly Lock s_gate = new();
    private static nint s_handle;

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (!string.Equals(name, Name, StringComparison.Ordinal))
            return 0;
        lock (s_gate)
        {
            if (s_handle == 0)
                s_handle = Start(Load(candidate => TryLoad(candidate, assembly)));
            return s_handle;
        }
    }

    internal static nint Load(Func<string, nint> tryLoad)
    {
        foreach (string name in s_names)
        {
            nint handle = tryLoad(name);
            if (handle != 0)
                return handle;
        }

        throw new SodiumMissingException("was not found under any of the names " + string.Join(", ", s_names));
    }

    private static nint TryLoad(string name, Assembly assembly) =>
        NativeLibrary.TryLoad(name, assembly, searchPath: null, out nint handle) ? handle : 0;

    private static nint Start(nint handle)
    {
        if (!NativeLibrary.TryGetExport(handle, "sodium_init", out nint init))
            throw new SodiumMissingException("the library found has no function sodium_init");
        if (((delegate* unmanaged[Cdecl]<int>)init)() < 0)
            throw new SodiumMissingException("its start failed (sodium_init returned an error)");
        return handle;
    }
}
