using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Samtala.Services.Tokens;

/// <summary>Secrets in memory that end by themselves: for login links (good once) and for links to a
/// resource.</summary>
/// <typeparam name="T">What a secret stands for.</typeparam>
internal sealed class OneTimeSecrets<T>
{
    private readonly ConcurrentDictionary<string, (T Value, DateTimeOffset End)> _live = new(StringComparer.Ordinal);
    private readonly RandomNumberGenerator _random;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly int _countMax;

    public OneTimeSecrets(RandomNumberGenerator random, TimeProvider time, TimeSpan lifetime, int countMax)
    {
        _random = random;
        _time = time;
        _lifetime = lifetime;
        _countMax = countMax;
    }

    /// <returns>The secret and its end; null when there are too many.</returns>
    public (string Secret, DateTimeOffset End)? TryMake(T value)
    {
        var now = _time.GetUtcNow();
        if (_live.Count >= _countMax)
        {
            foreach (var (key, entry) in _live)
            {
                if (entry.End <= now)
                    _live.TryRemove(key, out _);
            }

            if (_live.Count >= _countMax)
                return null;
        }

        var bytes = new byte[24];
        _random.GetBytes(bytes);
        var secret = System.Buffers.Text.Base64Url.EncodeToString(bytes);
        var end = now + _lifetime;
        _live[secret] = (value, end);
        return (secret, end);
    }

    /// <summary>Looks a secret up and leaves it.</summary>
    public bool TryFind(string secret, out T? value)
    {
        var found = _live.TryGetValue(secret, out var entry) && entry.End > _time.GetUtcNow();
        value = found ? entry.Value : default;
        return found;
    }

    /// <summary>Looks a secret up and ends it.</summary>
    public bool TryTake(string secret, out T? value)
    {
        var found = _live.TryRemove(secret, out var entry) && entry.End > _time.GetUtcNow();
        value = found ? entry.Value : default;
        return found;
    }
}
