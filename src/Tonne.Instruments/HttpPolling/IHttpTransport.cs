namespace Tonne.Instruments.HttpPolling;

/// <summary>Sends requests to one source.</summary>
interface IHttpTransport
{
    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="path">Path and query, without the first slash.</param>
    HttpReply Get(string path);
}
