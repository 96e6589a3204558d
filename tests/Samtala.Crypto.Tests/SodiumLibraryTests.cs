using Samtala.Crypto.Native;

namespace Samtala.Crypto.Tests;

public sealed class SodiumLibraryTests
{
    [Fact]
    public void A_missing_library_is_one_error_that_says_what_to_install()
    {
        List<string> tried = [];
        var missing = Assert.Throws<SodiumMissingException>(() => SodiumLibrary.Load(name =>
        {
            tried.Add(name);
            return 0;
        }));
        string[] wanted =
        [
            "SAM0121", "apt-get install libsodium23", "dnf install libsodium", "brew install libsodium",
            "libsodium.dll",
        ];
        foreach (string part in wanted)
            Assert.Contains(part, missing.Message, StringComparison.Ordinal);
        Assert.Contains("libsodium.so.23", tried);
        Assert.Contains("libsodium.so.26", tried);
    }

    [Fact]
    public void The_first_name_that_loads_is_taken() =>
        Assert.Equal(7, SodiumLibrary.Load(name => name == "libsodium.so.23" ? 7 : 0));

    [Fact]
    public void The_library_of_this_machine_starts_and_tells_its_version() =>
        Assert.Matches(@"^1\.0\.\d+$", SodiumRuntime.EnsureStarted());
}
