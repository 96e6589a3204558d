namespace Samtala.Node.Cli;

/// <summary>What <c>samtala</c> says without arguments.</summary>
internal static class Greeting
{
    public const string Text = """
        samtala: a personal peer-to-peer node.

          samtala start                    start the node; prints a link to the dashboard
          samtala status                   how it is
          samtala plugin list              what is installed
          samtala registry --help          a plugin's own commands
          samtala state put notes today "buy milk"
          samtala log --help               signed append-only logs
          samtala doctor                   check the surroundings
          samtala explain SAM0101          what an error means

        All commands: samtala --help
        """;
}
