using System.Globalization;

namespace Samtala.Storage.Tests;

/// <summary>A random seed that is printed, so that a failure can be replayed with SAMTALA_SEED.</summary>
internal static class Seeds
{
    public static int Next()
    {
        var given = Environment.GetEnvironmentVariable("SAMTALA_SEED");
        var seed = given is null
            ? System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue)
            : int.Parse(given, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"SAMTALA_SEED={seed}");
        return seed;
    }
}
