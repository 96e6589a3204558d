using System.Text;

namespace Samtala.Plugins.Registry.Nuget;

/// <summary>The document that NuGet clients are pointed at. It lists only what works.</summary>
internal static class ServiceIndex
{
    private static readonly (string Path, string Type)[] s_resources =
    [
        ("flat/", "PackageBaseAddress/3.0.0"),
        ("registration/", "RegistrationsBaseUrl"),
        ("registration/", "RegistrationsBaseUrl/3.4.0"),
        ("registration/", "RegistrationsBaseUrl/3.6.0"),
        ("query", "SearchQueryService"),
        ("query", "SearchQueryService/3.0.0-beta"),
        ("query", "SearchQueryService/3.0.0-rc"),
        ("query", "SearchQueryService/3.5.0"),
    ];

    /// <summary>Writes it.</summary>
    /// <param name="root">The mirror's URL with '/' at its end; needs no escapes in JSON.</param>
    public static string Write(string root)
    {
        StringBuilder json = new("{\"version\":\"3.0.0\",\"resources\":[");
        for (var i = 0; i < s_resources.Length; i++)
        {
            var (path, type) = s_resources[i];
            json.Append(i > 0 ? "," : "").Append($"{{\"@id\":\"{root}{path}\",\"@type\":\"{type}\"}}");
        }

        return json.Append("]}").ToString();
    }
}
