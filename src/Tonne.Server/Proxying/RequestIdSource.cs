using System.Security.Cryptography;

namespace Tonne.Server.Proxying;

/// <summary>Ids of requests: 80 random bits each, in 20 hexadecimal digits. Safe for several threads.</summary>
/// <remarks>
/// Random bytes are taken from the system for many ids at once, because asking for them takes longer than all else about an id.
/// </remarks>
sealed class RequestIdSource
{
    const int BytesPerId = 10;
    const int IdsAtOnce = 100;

    readonly Lock _gate = new();
    readonly byte[] _bytes = new byte[BytesPerId * IdsAtOnce];
    int _used = BytesPerId * IdsAtOnce;

    /// <summary>The next id.</summary>
    public string Next()
    {
        lock (_gate)
        {
            if (_used == _bytes.Length)
            {
                RandomNumberGenerator.Fill(_bytes);
                _used = 0;
            }

            var id = "tonne-" + Convert.ToHexStringLower(_bytes, _used, BytesPerId);
            _used += BytesPerId;
            return id;
        }
    }
}
