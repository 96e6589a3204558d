using System.Runtime.CompilerServices;

namespace Samtala.Crypto;

[InlineArray(32)]
internal struct Bytes32
{
    private byte _first;
}

[InlineArray(64)]
internal struct Bytes64
{
    private byte _first;
}
