using System.Runtime.InteropServices;

namespace Samtala.Crypto.Native;

internal static unsafe partial class Sodium
{
    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_stream_xsalsa20_xor(
        byte* output, byte* input, ulong size, byte* nonce, byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_secretbox_easy(
        byte* output, byte* message, ulong messageSize, byte* nonce, byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_secretbox_open_easy(
        byte* output, byte* box, ulong boxSize, byte* nonce, byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        byte* output,
        ulong* outputSize,
        byte* message,
        ulong messageSize,
        byte* associated,
        ulong associatedSize,
        byte* unused,
        byte* nonce,
        byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        byte* output,
        ulong* outputSize,
        byte* unused,
        byte* box,
        ulong boxSize,
        byte* associated,
        ulong associatedSize,
        byte* nonce,
        byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_encrypt(
        byte* output,
        ulong* outputSize,
        byte* message,
        ulong messageSize,
        byte* associated,
        ulong associatedSize,
        byte* unused,
        byte* nonce,
        byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_aead_chacha20poly1305_ietf_decrypt(
        byte* output,
        ulong* outputSize,
        byte* unused,
        byte* box,
        ulong boxSize,
        byte* associated,
        ulong associatedSize,
        byte* nonce,
        byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial nuint crypto_secretstream_xchacha20poly1305_statebytes();

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_secretstream_xchacha20poly1305_init_pull(byte* state, byte* header, byte* key);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_secretstream_xchacha20poly1305_push(
        byte* state,
        byte* output,
        ulong* outputSize,
        byte* message,
        ulong messageSize,
        byte* associated,
        ulong associatedSize,
        byte tag);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial int crypto_secretstream_xchacha20poly1305_pull(
        byte* state,
        byte* output,
        ulong* outputSize,
        byte* tag,
        byte* box,
        ulong boxSize,
        byte* associated,
        ulong associatedSize);

    [LibraryImport(SodiumLibrary.Name)]
    internal static partial void crypto_secretstream_xchacha20poly1305_rekey(byte* state);
}
