namespace Samtala.Vectors;

/// <summary>The seed of a random test, printed so that a failure can be repeated with SAMTALA_SEED.</summary>
internal static class TestSeed
{
    private const string Variable = "SAMTALA_SEED";
    private const int Default = 20_261_120;

    public static Random NewRandom()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable(Variable), out int given) ? given : Default;
        TestContext.Current.TestOutputHelper?.WriteLine($"{Variable}={seed}");
        return new Random(seed);
    }
}
