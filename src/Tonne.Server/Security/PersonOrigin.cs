namespace Tonne.Server.Security;

/// <summary>How the server knows who sends a request.</summary>
enum PersonOrigin
{
    /// <summary>The server's token, its cookie, or the socket that only the owner can open.</summary>
    Token,

    /// <summary>A signed token of the issuer, or a session that began with one.</summary>
    Issuer,

    /// <summary>The header of a reverse proxy.</summary>
    Proxy,
}
