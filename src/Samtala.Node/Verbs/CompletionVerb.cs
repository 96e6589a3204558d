using System.CommandLine;
using Samtala.Node.Cli;

namespace Samtala.Node.Verbs;

/// <summary>completion bash|zsh|fish|pwsh. The scripts ask the program itself, so plugins' commands are known
/// too.</summary>
internal static class CompletionVerb
{
    private const string Bash = """
        # samtala completion for bash: add to ~/.bashrc:  eval "$(samtala completion bash)"
        _samtala() {
          local line="${COMP_LINE:0:COMP_POINT}" cur="${COMP_WORDS[COMP_CWORD]}"
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$(samtala "[suggest:$COMP_POINT]" "$line" 2>/dev/null)" -- "$cur"))
        }
        complete -o default -F _samtala samtala
        """;

    private const string Zsh = """
        # samtala completion for zsh: add to ~/.zshrc after compinit:  eval "$(samtala completion zsh)"
        _samtala() {
          local -a found
          found=("${(@f)$(samtala "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -a found
        }
        compdef _samtala samtala
        """;

    private const string Fish = """
        # samtala completion for fish:  samtala completion fish > ~/.config/fish/completions/samtala.fish
        complete -c samtala -a '(samtala "[suggest:"(commandline -C)"]" (commandline -cp) 2>/dev/null)'
        """;

    private const string PowerShell = """
        # samtala completion for PowerShell: add to $PROFILE:  samtala completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName samtala -ScriptBlock {
          param($word, $ast, $cursor)
          samtala "[suggest:$cursor]" "$ast" | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
          }
        }
        """;

    public static Command Build(CliContext context)
    {
        Argument<string> shell = new("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        Command command = new("completion", "Prints a completion script for a shell.") { shell };
        command.SetAction(parsed => context.Out.WriteLine(parsed.GetValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => PowerShell,
        }));
        return ExampleHelp.With(command, "eval \"$(samtala completion bash)\"",
            "samtala completion fish > ~/.config/fish/completions/samtala.fish");
    }
}
