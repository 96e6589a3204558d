using System.Reflection;
using System.Runtime.InteropServices;

namespace Samtala.Crypto.Native;

/// <summary>The functions of libsodium this project calls, with the names of its manual.</summary>
internal static unsafe partial class Sodium
{
    // The resolver must be in place before the first call; a missing library is then an error of that call, which is
    // a SodiumMissingException rather than a TypeInitializationException around it.
    static Sodium() =>
        NativeLibrary.SetDllImportResolver(Assembly.GetExecutingAssembly(), SodiumLibrary.Resolve);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial byte* sodium_version_string();

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial void* sodium_malloc(nuint size);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial void sodium_free(void* pointer);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int sodium_mlock(void* pointer, nuint size);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial void sodium_memzero(void* pointer, nuint size);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_generichash(
        byte* output, nuint outputSize, byte* input, ulong inputSize, byte* key, nuint keySize);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_generichash_init(byte* state, byte* key, nuint keySize, nuint outputSize);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_generichash_update(byte* state, byte* input, ulong inputSize);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_generichash_final(byte* state, byte* output, nuint outputSize);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial nuint crypto_generichash_statebytes();

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_sign_seed_keypair(byte* publicKey, byte* secretKey, byte* seed);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_sign_detached(
        byte* signature, ulong* signatureSize, byte* message, ulong messageSize, byte* secretKey);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_sign_verify_detached(
        byte* signature, byte* message, ulong messageSize, byte* publicKey);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_scalarmult_ed25519_noclamp(byte* output, byte* scalar, byte* point);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_scalarmult_ed25519_base_noclamp(byte* output, byte* scalar);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_core_ed25519_is_valid_point(byte* point);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_scalarmult_curve25519(byte* output, byte* scalar, byte* point);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_scalarmult_curve25519_base(byte* output, byte* scalar);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_pwhash(
        byte* output,
        ulong outputSize,
        byte* password,
        ulong passwordSize,
        byte* salt,
        ulong passes,
        nuint memory,
        int algorithm);
}
