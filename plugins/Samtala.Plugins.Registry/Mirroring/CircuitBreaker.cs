namespace Samtala.Plugins.Registry.Mirroring;

/// <summary>
/// Rests an upstream that fails, so that nobody waits for it: three failures in a row, or one that used up its whole
/// time, open it. After the rest one request may try; the rest doubles each time it fails.
/// </summary>
internal sealed class CircuitBreaker(TimeProvider time)
{
    private const int FailureCountMax = 3;
    private static readonly TimeSpan s_firstRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_restMax = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private int _failures;
    private TimeSpan _rest = s_firstRest;
    private long _restsSince;
    private bool _isTrying;

    /// <summary>How the upstream is.</summary>
    public BreakerView View
    {
        get
        {
            lock (_gate)
                return new BreakerView(IsOpen, WasAsked, LastError, IsOpen ? Left() : TimeSpan.Zero);
        }
    }

    private bool IsOpen { get; set; }

    private bool WasAsked { get; set; }

    private string LastError { get; set; } = "";

    /// <summary>Whether to ask the upstream now.</summary>
    public BreakerDecision Decide()
    {
        lock (_gate)
        {
            if (!IsOpen)
                return BreakerDecision.Ask;
            if (_isTrying || Left() > TimeSpan.Zero)
                return BreakerDecision.Rest;
            _isTrying = true;
            return BreakerDecision.Try;
        }
    }

    /// <summary>The upstream answered, whatever it said.</summary>
    public void Succeeded()
    {
        lock (_gate)
        {
            WasAsked = true;
            IsOpen = _isTrying = false;
            _failures = 0;
            _rest = s_firstRest;
            LastError = "";
        }
    }

    /// <summary>There was no whole answer.</summary>
    /// <param name="error">Why.</param>
    /// <param name="isSlow">It used up its whole time.</param>
    public void Failed(string error, bool isSlow)
    {
        lock (_gate)
        {
            WasAsked = true;
            LastError = error;
            _failures++;
            if (_isTrying)
                _rest = _rest * 2 < s_restMax ? _rest * 2 : s_restMax;
            if (_isTrying || isSlow || _failures >= FailureCountMax)
            {
                IsOpen = true;
                _isTrying = false;
                _restsSince = time.GetTimestamp();
            }
        }
    }

    /// <summary>The try ended without telling anything about the upstream.</summary>
    public void Abandoned()
    {
        lock (_gate)
            _isTrying = false;
    }

    /// <summary>Another upstream was set.</summary>
    public void Reset()
    {
        Succeeded();
        lock (_gate)
            WasAsked = false;
    }

    private TimeSpan Left() => _rest - time.GetElapsedTime(_restsSince);
}

/// <summary>What a breaker advises.</summary>
internal enum BreakerDecision
{
    /// <summary>Ask and wait.</summary>
    Ask,

    /// <summary>Ask, but do not let the client wait.</summary>
    Try,

    /// <summary>Do not ask.</summary>
    Rest,
}

/// <summary>How an upstream is.</summary>
/// <param name="IsOpen">It rests.</param>
/// <param name="WasAsked">It was asked since the start.</param>
/// <param name="LastError">Why it rests.</param>
/// <param name="RetryIn">When it is tried again.</param>
internal readonly record struct BreakerView(bool IsOpen, bool WasAsked, string LastError, TimeSpan RetryIn);
