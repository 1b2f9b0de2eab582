namespace Tonne.Ledgers.Tests.Pushing;

/// <summary>What goes wrong with one request.</summary>
enum ServerFault
{
    None,
    RequestLost,
    AnswerLost,
    Twice,
    Error,
    Busy,
    ForeignPage,
    EmptyAnswer,
    Unauthorized,

    /// <summary>The connection is reset right after it was made, which HttpClient passes on as a SocketException.</summary>
    Reset,
}
