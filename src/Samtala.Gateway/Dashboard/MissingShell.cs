namespace Samtala.Gateway.Dashboard;

/// <summary>What a browser sees when the node was built without Node.js.</summary>
internal static class MissingShell
{
    public static byte[] Page { get; } = """
        <!doctype html>
        <html lang="en">
          <head><meta charset="utf-8"><title>Samtala</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"></head>
          <body>
            <h1>The node is running, without its dashboard</h1>
            <p>It was built on a machine without Node.js. Install Node.js 18 or later with npm, build again, and start
              the node again. The command line does everything meanwhile: <code>samtala --help</code>.</p>
          </body>
        </html>

        """u8.ToArray();
}
