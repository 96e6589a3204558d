namespace Samtala.Crypto;

/// <summary>Who shows which key when, in a <see cref="NoiseHandshake"/>. Source: the Noise specification, 7.5 and 9.
/// </summary>
public enum NoisePattern
{
    /// <summary>Nobody proves who they are.</summary>
    NN,

    /// <summary>Both show their static keys, encrypted; three messages.</summary>
    XX,

    /// <summary>The initiator knows the responder's key and shows its own at once; two messages.</summary>
    IK,

    /// <summary>The initiator knows the responder's key and shows its own last; three messages.</summary>
    XK,

    /// <summary><see cref="NN"/> between two who share a secret.</summary>
    NNpsk0,

    /// <summary><see cref="XX"/> between two who share a secret.</summary>
    XXpsk0,
}

internal enum NoiseToken : byte
{
    Psk,
    E,
    S,
    EE,
    ES,
    SE,
    SS,
}

/// <summary>The patterns as lists of tokens, one list for each message.</summary>
internal static class NoisePatterns
{
    internal static bool KnowsResponder(NoisePattern pattern) => pattern is NoisePattern.IK or NoisePattern.XK;

    internal static bool HasSharedKey(NoisePattern pattern) => pattern is NoisePattern.NNpsk0 or NoisePattern.XXpsk0;

    internal static bool NeedsStaticKey(NoisePattern pattern) =>
        pattern is not (NoisePattern.NN or NoisePattern.NNpsk0);

    internal static NoiseToken[][] MessagesOf(NoisePattern pattern) => pattern switch
    {
        NoisePattern.NN => [[NoiseToken.E], [NoiseToken.E, NoiseToken.EE]],
        NoisePattern.NNpsk0 => [[NoiseToken.Psk, NoiseToken.E], [NoiseToken.E, NoiseToken.EE]],
        NoisePattern.XX =>
        [
            [NoiseToken.E],
            [NoiseToken.E, NoiseToken.EE, NoiseToken.S, NoiseToken.ES],
            [NoiseToken.S, NoiseToken.SE],
        ],
        NoisePattern.XXpsk0 =>
        [
            [NoiseToken.Psk, NoiseToken.E],
            [NoiseToken.E, NoiseToken.EE, NoiseToken.S, NoiseToken.ES],
            [NoiseToken.S, NoiseToken.SE],
        ],
        NoisePattern.IK =>
        [
            [NoiseToken.E, NoiseToken.ES, NoiseToken.S, NoiseToken.SS],
            [NoiseToken.E, NoiseToken.EE, NoiseToken.SE],
        ],
        NoisePattern.XK =>
        [
            [NoiseToken.E, NoiseToken.ES],
            [NoiseToken.E, NoiseToken.EE],
            [NoiseToken.S, NoiseToken.SE],
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(pattern), pattern, "There is no such Noise pattern."),
    };
}
