namespace Tonne.Instruments.HttpPolling;

/// <summary>The way to one source: asks for what is below its address.</summary>
interface IHttpTransport
{
    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="path">Path and query, without the first slash.</param>
    HttpReply Get(string path);
}
