using System.Text;

namespace Tonne.Instruments.Tests.Malformed;

/// <summary>Makes a sound file unsound, in the ways that files of sensors and of <c>/proc</c> have been seen to be: cut, empty, negative, overlong, binary, half written.</summary>
sealed class Distortion(Random random)
{
    static readonly string[] Odd =
    [
        "", "\n", " ", "\0", "-1\n", "-0\n", "+5\n", "0x1f\n", "1e9\n", "3.14\n", "NaN\n", "Infinity\n", "18446744073709551615\n", "9223372036854775807\n", "9223372036854775808\n", "99999999999999999999999\n",
        "12 34\n", "12\n34\n", "<not supported>\n", "N/A\n", "１２３\n", "٣\n", "1_000\n", "1,000\n", "\r\n", "0\r\n", "00012\n", "  42  \n", "42", "ÿþ", "-", "max\n", "0-\n", "-3,1\n", "0-999999999\n", "1000 W\n",
    ];

    /// <summary>The bytes, distorted in one of a dozen ways.</summary>
    public byte[] Of(byte[] sound)
    {
        switch (random.Next(12))
        {
            case 0:
                return Encoding.UTF8.GetBytes(Odd[random.Next(Odd.Length)]);
            case 1:
                return sound[..random.Next(sound.Length + 1)];
            case 2:
                return sound[random.Next(sound.Length + 1)..];
            case 3:
                return Noise(random.Next(64));
            case 4:
                return [.. sound, .. sound];
            case 5:
                return [.. sound, .. Noise(8)];
            case 6:
                return [.. Noise(4), .. sound];
            case 7 when sound.Length > 0:
                var flipped = (byte[])sound.Clone();
                for (var i = random.Next(1, 4); i > 0; i--)
                    flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 8:
                // Every digit another: a number, but another one.
                return Array.ConvertAll(sound, b => b is >= (byte)'0' and <= (byte)'9' ? (byte)random.Next('0', '9' + 1) : b);
            case 9:
                // The first number, replaced by something odd.
                return Replaced(sound, Odd[random.Next(Odd.Length)].Trim('\n'));
            case 10:
                return Array.ConvertAll(sound, b => b == (byte)'\n' ? (byte)random.Next(256) : b);
            default:
                return [.. Enumerable.Repeat((byte)random.Next(256), random.Next(6000))];
        }
    }

    byte[] Noise(int length)
    {
        var noise = new byte[length];
        random.NextBytes(noise);
        return noise;
    }

    static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';

    static byte[] Replaced(byte[] sound, string by)
    {
        var from = Array.FindIndex(sound, IsDigit);
        if (from < 0)
            return Encoding.UTF8.GetBytes(by);
        var to = from;
        while (to < sound.Length && IsDigit(sound[to]))
            to++;
        return [.. sound[..from], .. Encoding.UTF8.GetBytes(by), .. sound[to..]];
    }
}
