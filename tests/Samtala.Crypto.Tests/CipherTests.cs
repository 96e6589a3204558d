using Samtala.Vectors;

namespace Samtala.Crypto.Tests;

public sealed class CipherTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] s_nonce = [.. Enumerable.Range(100, 24).Select(i => (byte)i)];

    [Fact]
    public void A_box_with_one_flipped_bit_is_refused_and_shows_nothing()
    {
        Random random = TestSeed.NewRandom();
        for (int round = 0; round < 100; round++)
        {
            byte[] message = new byte[random.Next(300)];
            random.NextBytes(message);
            byte[] box = new byte[message.Length + SecretBox.TagSize];
            SecretBox.Seal(message, box, s_nonce, s_key);
            byte[] opened = new byte[message.Length];
            Assert.True(SecretBox.TryOpen(box, opened, s_nonce, s_key));
            Assert.Equal(message, opened);
            box[random.Next(box.Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(SecretBox.TryOpen(box, opened, s_nonce, s_key));
            Assert.False(opened.AsSpan().ContainsAnyExcept((byte)0));
        }
    }

    [Fact]
    public void A_box_too_short_for_its_tag_is_refused()
    {
        Assert.False(SecretBox.TryOpen(new byte[SecretBox.TagSize - 1], [], s_nonce, s_key));
        Assert.False(XChaCha20Poly1305.TryOpen(new byte[XChaCha20Poly1305.TagSize - 1], [], [], s_nonce, s_key));
        using SecretStreamCipher stream = new(s_key, s_nonce);
        Assert.False(stream.TryPull(new byte[SecretStreamCipher.OverheadSize - 1], [], out _));
    }

    [Fact]
    public void A_stream_refuses_reordered_repeated_and_changed_messages_and_goes_on()
    {
        using SecretStreamCipher sender = new(s_key, s_nonce);
        using SecretStreamCipher receiver = new(s_key, s_nonce);
        byte[][] boxes = new byte[4][];
        for (int i = 0; i < boxes.Length; i++)
        {
            boxes[i] = new byte[1 + SecretStreamCipher.OverheadSize];
            sender.Push([(byte)i], boxes[i], i == 3 ? StreamTag.Final : StreamTag.Message);
        }

        byte[] opened = new byte[1];
        Assert.False(receiver.TryPull(boxes[1], opened, out _));
        Assert.True(receiver.TryPull(boxes[0], opened, out _));
        Assert.False(receiver.TryPull(boxes[0], opened, out _));
        byte[] changed = [.. boxes[1]];
        changed[^1] ^= 1;
        Assert.False(receiver.TryPull(changed, opened, out _));
        Assert.True(receiver.TryPull(boxes[1], opened, out _));
        Assert.True(receiver.TryPull(boxes[2], opened, out _));
        Assert.True(receiver.TryPull(boxes[3], opened, out StreamTag tag));
        Assert.Equal(StreamTag.Final, tag);
        Assert.Equal(3, opened[0]);
    }

    [Fact]
    public void Both_sides_of_a_stream_can_change_keys()
    {
        using SecretStreamCipher sender = new(s_key, s_nonce);
        using SecretStreamCipher receiver = new(s_key, s_nonce);
        sender.Rekey();
        byte[] box = new byte[3 + SecretStreamCipher.OverheadSize];
        sender.Push("abc"u8, box, associated: "ad"u8);
        byte[] opened = new byte[3];
        Assert.False(receiver.TryPull(box, opened, out _, "ad"u8));
        receiver.Rekey();
        Assert.False(receiver.TryPull(box, opened, out _, "other"u8));
        Assert.True(receiver.TryPull(box, opened, out _, "ad"u8));
    }

    [Fact]
    public void XSalsa20_undoes_itself_in_place()
    {
        byte[] message = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        byte[] bytes = [.. message];
        XSalsa20.Transform(bytes, bytes, s_nonce, s_key);
        Assert.NotEqual(message, bytes);
        XSalsa20.Transform(bytes, bytes, s_nonce, s_key);
        Assert.Equal(message, bytes);
    }

    [Fact]
    public void Scalar_multiplication_is_not_clamped()
    {
        // 3·B computed in two ways that clamping would spoil.
        byte[] three = new byte[Ed25519.ScalarSize];
        three[0] = 3;
        byte[] one = new byte[Ed25519.ScalarSize];
        one[0] = 1;
        byte[] basePoint = new byte[Ed25519.PointSize];
        byte[] direct = new byte[Ed25519.PointSize];
        byte[] product = new byte[Ed25519.PointSize];
        Assert.True(Ed25519.TryMultiplyBase(one, basePoint));
        Assert.Equal(
            "5866666666666666666666666666666666666666666666666666666666666666",
            Convert.ToHexStringLower(basePoint));
        Assert.True(Ed25519.TryMultiplyBase(three, direct));
        Assert.True(Ed25519.TryMultiply(three, basePoint, product));
        Assert.Equal(direct, product);
        Assert.True(Ed25519.IsValidPoint(product));
        Assert.False(Ed25519.IsValidPoint(new byte[Ed25519.PointSize]));
        Assert.False(Ed25519.IsValidPoint([]));
        Assert.False(Ed25519.TryMultiplyBase(new byte[Ed25519.ScalarSize], product));
        Assert.False(product.AsSpan().ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void X25519_gives_both_sides_one_secret()
    {
        byte[] mine = [.. Enumerable.Repeat((byte)7, 32)];
        byte[] theirs = [.. Enumerable.Repeat((byte)9, 32)];
        byte[] minePublic = new byte[32];
        byte[] theirsPublic = new byte[32];
        X25519.ComputePublic(mine, minePublic);
        X25519.ComputePublic(theirs, theirsPublic);
        byte[] one = new byte[32];
        byte[] other = new byte[32];
        Assert.True(X25519.TryAgree(mine, theirsPublic, one));
        Assert.True(X25519.TryAgree(theirs, minePublic, other));
        Assert.Equal(one, other);
    }
}
