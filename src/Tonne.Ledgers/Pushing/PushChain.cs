using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tonne.Ledgers.Pushing;

/// <summary>The hash chain over the lines that a server has kept of a node, in the order in which it has kept them.</summary>
/// <remarks>
/// Each head is SHA-256 of the head before in hexadecimal, a line feed, and run, sequence and SHA-256 of the line in hexadecimal, with blanks
/// between; the first continues SHA-256 of <c>tonne.chain/1</c>, a line feed, and the name of the node. So no line can be changed, removed,
/// inserted or moved without all later heads changing. Hexadecimal digits are lower case, texts UTF-8.
/// </remarks>
public static class PushChain
{
    /// <summary>Bytes of a head.</summary>
    public const int HeadBytes = 32;

    /// <summary>The head before the first line.</summary>
    /// <param name="node">Name of the node.</param>
    public static byte[] Begin(string node) => Hash("tonne.chain/1\n" + node);

    /// <summary>The head after a further line.</summary>
    /// <param name="head">The head before.</param>
    /// <param name="run">Id of the run.</param>
    /// <param name="sequence">Sequence of the line.</param>
    /// <param name="sha256">SHA-256 of the line.</param>
    public static byte[] Extend(ReadOnlySpan<byte> head, string run, int sequence, ReadOnlySpan<byte> sha256) => Hash(string.Create(
        CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(head)}\n{run} {sequence} {Convert.ToHexStringLower(sha256)}"));

    static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
