using Samtala.Storage.Tests;
using Samtala.Storage.Tests.Kill;

// What xunit.v3 would generate, and before it: this program is also the process that gets killed.
if (args is [KillWriter.Argument, var folder])
    return await KillWriter.RunAsync(folder);
return args.Any(a => a is "-automated" or "@@")
    ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
    : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
        args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
