using System.Text;

namespace Tonne.Instruments.Tests.HttpPolling;

/// <summary>Texts as a broken device would send them, from good ones, by a seed.</summary>
static class Mangled
{
    static readonly string[] _pieces = ["NaN", "-1", "1e999", "null", "{", "}", "[", "]", "\"", "\\u0000", "\ud800", "<html>", "9223372036854775794", "true", ",", ":", "://", "@", "?", "#", "\r\n\r\n", "0", "-0", "[[[[[[[[[["];

    internal static string Text(string good, Random random)
    {
        var text = new StringBuilder(good);
        for (var edits = random.Next(1, 5); edits > 0 && text.Length > 0; edits--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Length = at;
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
                    break;
                case 2:
                    text.Insert(at, _pieces[random.Next(_pieces.Length)]);
                    break;
                case 3:
                    text[at] = (char)random.Next(0, 256);
                    break;
                default:
                    var length = Math.Min(random.Next(1, 20), text.Length - at);
                    text.Remove(at, length).Insert(at, _pieces[random.Next(_pieces.Length)]);
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>Bytes of the text, some of them broken.</summary>
    internal static byte[] Bytes(string good, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(Text(good, random));
        if (bytes.Length > 0 && random.Next(4) == 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }
}
