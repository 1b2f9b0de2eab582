namespace Tonne.Facilities;

/// <summary>The kind of facility that a machine is in, used where no published figure applies.</summary>
public enum FacilityKind
{
    /// <summary>A laptop or desktop outside of a data centre: it needs no cooling or power distribution of its own.</summary>
    PersonalComputer,

    /// <summary>A server room or data centre without published figures.</summary>
    UnknownServerRoom,

    /// <summary>A machine in a cloud whose region or provider is not known.</summary>
    UnknownCloud,
}
