using System.Text.Json;

namespace Samtala.Node.Client;

/// <summary>What a running node tells about itself in DATA/node.json: where it answers and which process it
/// is.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Http">REST and dashboard.</param>
/// <param name="Grpc">gRPC over TCP.</param>
/// <param name="Socket">The Unix socket.</param>
internal sealed record RunFile(int Pid, string Http, string Grpc, string Socket)
{
    private const string FileName = "node.json";
    private const int SizeMax = 64 * 1024;

    /// <summary>Reads what a node in this data folder said; it may have ended since.</summary>
    /// <returns>Null when there is nothing to read.</returns>
    public static RunFile? TryRead(string data)
    {
        try
        {
            var path = Path.Combine(data, FileName);
            if (!File.Exists(path) || new FileInfo(path).Length > SizeMax)
                return null;
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return new RunFile(
                root.GetProperty("pid").GetInt32(), root.GetProperty("http").GetString() ?? "",
                root.GetProperty("grpc").GetString() ?? "", root.GetProperty("socket").GetString() ?? "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException
            or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Writes it.</summary>
    public void Write(string data)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber("pid", Pid);
            writer.WriteString("http", Http);
            writer.WriteString("grpc", Grpc);
            writer.WriteString("socket", Socket);
            writer.WriteEndObject();
        }

        File.WriteAllBytes(Path.Combine(data, FileName), bytes.ToArray());
    }

    /// <summary>Removes it.</summary>
    public static void Delete(string data) => File.Delete(Path.Combine(data, FileName));
}
