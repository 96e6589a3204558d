using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Samtala.Abstractions;
using Wire = Samtala.Host.V1;

namespace Samtala.Answers;

/// <summary>Answers and their parts as messages of <c>proto/samtala/host/v1</c>, and back.</summary>
public static class HostMessages
{
    /// <summary>As a message.</summary>
    /// <param name="answer">Its content is bytes or a range of a blob.</param>
    public static Wire.PublishedAnswer ToMessage(PublishedAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new Wire.PublishedAnswer
        {
            Path = answer.Path,
            Authority = answer.Authority,
            Accept = answer.Accept,
            Encoding = answer.Encoding,
            Status = answer.Status,
            Headers = { answer.Headers.Select(ToMessage) },
            Etag = answer.Etag,
            Content = ToMessage(answer.Content),
            FreshUntil = answer.FreshUntil is { } until ? Timestamp.FromDateTimeOffset(until) : null,
            Scope = answer.Scope,
        };
    }

    /// <summary>From a message.</summary>
    /// <param name="message">From a plugin or from the store.</param>
    /// <exception cref="ArgumentException">It has no content, or an id of another size.</exception>
    public static PublishedAnswer FromMessage(Wire.PublishedAnswer message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new PublishedAnswer(message.Path, FromMessage(message.Content))
        {
            Authority = message.Authority,
            Accept = message.Accept,
            Encoding = message.Encoding,
            Status = message.Status,
            Headers = [.. message.Headers.Select(FromMessage)],
            Etag = message.Etag,
            FreshUntil = message.FreshUntil?.ToDateTimeOffset(),
            Scope = message.Scope,
        };
    }

    /// <summary>As a message.</summary>
    /// <param name="content">Bytes or a range of a blob.</param>
    /// <exception cref="ArgumentException">A stream: streams do not fit into one message.</exception>
    public static Wire.Content ToMessage(Content content) => content switch
    {
        Content.Inline inline => new Wire.Content { Bytes = ByteString.CopyFrom(inline.Bytes.Span) },
        Content.OfBlob blob => new Wire.Content
        {
            Blob = new Wire.BlobRange
            {
                Id = ByteString.CopyFrom(blob.Id.ToArray()),
                Offset = blob.Offset,
                Length = blob.Length,
            },
        },
        _ => throw new ArgumentException("A published answer is bytes or a range of a blob.", nameof(content)),
    };

    /// <summary>From a message.</summary>
    /// <param name="message">From a plugin or from the store.</param>
    /// <exception cref="ArgumentException">It has no content, or an id of another size.</exception>
    public static Content FromMessage(Wire.Content? message) => message?.KindCase switch
    {
        Wire.Content.KindOneofCase.Bytes => new Content.Inline(message.Bytes.Memory),
        Wire.Content.KindOneofCase.Blob =>
            new Content.OfBlob(new BlobId(message.Blob.Id.Span), message.Blob.Offset, message.Blob.Length),
        _ => throw new ArgumentException("The answer has no content.", nameof(message)),
    };

    /// <summary>As a message.</summary>
    /// <param name="header">A header.</param>
    public static Wire.Header ToMessage(Header header) => new() { Name = header.Name, Value = header.Value };

    /// <summary>From a message.</summary>
    /// <param name="message">A header.</param>
    public static Header FromMessage(Wire.Header message) => new(message.Name, message.Value);
}
