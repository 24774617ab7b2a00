"""Names as they fall in the United States: a few surnames are everywhere, most are rare; given names follow the age.

Counts of the common surnames are in thousands, rounded from the 2010 census table of the U.S. Census Bureau (public
domain). Rare surnames are put together from two parts. No name means a real person.
"""

from __future__ import annotations

from random import Random

from chartwarden.demo.chance import Weighted

_COMMON = """
Smith 2443 Johnson 1933 Williams 1625 Brown 1437 Jones 1425 Garcia 1166 Miller 1161 Davis 1116 Rodriguez 1095
Martinez 1060 Hernandez 1043 Lopez 875 Gonzalez 841 Wilson 802 Anderson 784 Thomas 756 Taylor 751 Moore 724
Jackson 708 Martin 703 Lee 693 Perez 682 Thompson 665 White 660 Harris 624 Sanchez 613 Clark 563 Ramirez 557
Lewis 532 Robinson 530 Walker 523 Young 484 Allen 483 King 465 Wright 459 Scott 440 Torres 438 Nguyen 438 Hill 435
Flores 434 Green 430 Adams 428 Nelson 425 Baker 420 Hall 407 Rivera 391 Campbell 386 Mitchell 384 Carter 377
Roberts 377 Gomez 366 Phillips 362 Evans 356 Turner 349 Diaz 348 Parker 337 Cruz 334 Edwards 333 Collins 330
Reyes 327 Stewart 325 Morris 319 Morales 316 Murphy 308 Cook 303 Rogers 302 Gutierrez 293 Ortiz 286 Morgan 286
Cooper 280 Peterson 278 Bailey 277 Reed 277 Kelly 268 Howard 264 Ramos 263 Kim 262 Cox 261 Ward 260 Richardson 260
Watson 253 Brooks 251 Chavez 251 Wood 250 James 250 Bennett 247 Gray 247 Mendoza 243 Ruiz 238 Hughes 237 Price 235
Alvarez 234 Castillo 231 Sanders 229 Patel 229 Myers 229 Long 226 Ross 221 Foster 219 Jimenez 218 Powell 214
Jenkins 213 Perry 212 Russell 211 Sullivan 210 Bell 209 Coleman 208 Butler 207 Henderson 204 Barnes 203 Fisher 202
Vasquez 201 Simmons 198 Romero 197 Jordan 195 Patterson 193 Alexander 192 Hamilton 190 Graham 189 Reynolds 189
Griffin 187 Wallace 185 Moreno 185 West 184 Cole 184 Hayes 183 Bryant 183 Herrera 182 Gibson 181 Ellis 179 Tran 178
Medina 178 Stevens 176 Murray 175 Ford 174 Castro 174 Marshall 173 Owens 173 Harrison 172 Fernandez 171 McDonald 169
Woods 168 Washington 168 Kennedy 166 Wells 165 Vargas 163 Henry 161 Chen 161 Freeman 160 Webb 159 Tucker 157
Guzman 156 Burns 156 Crawford 155 Olson 155 Simpson 154 Porter 154 Hunter 153 Gordon 153 Mendez 152 Silva 151
Shaw 150 Snyder 149 Mason 149 Dixon 148 Munoz 147 Hunt 147 Hicks 147 Holmes 146 Palmer 145 Wagner 145 Black 144
Robertson 143 Boyd 143 Rose 142 Stone 141 Salazar 141 Fox 140 Warren 139 Mills 139 Meyer 138 Rice 137 Schmidt 136
Garza 135 Daniels 135 Ferguson 134 Nichols 133 Stephens 132 Soto 131 Weaver 130 Ryan 129 Gardner 129 Payne 128
Grant 127 Dunn 127 Kelley 126 Spencer 125 Hawkins 125 Arnold 124 Pierce 123 Hansen 121 Peters 121 Santos 120
Hart 119 Bradley 119 Knight 118 Elliott 117 Cunningham 116 Duncan 115 Armstrong 114 Hudson 113 Carroll 113 Lane 112
Riley 112 Andrews 111 Alvarado 110 Ray 109 Delgado 109 Berry 108 Perkins 107 Hoffman 106 Johnston 105 Matthews 104
Pena 104 Richards 103 Contreras 102 Willis 101 Carpenter 100 Lawrence 100 Sandoval 99 Wong 84 Okafor 9 Haddad 8
Kowalski 24 Novak 22 Bergstrom 13 Lindqvist 4 Ferrari 7 Rossi 10 Yamamoto 9 Tanaka 8 Singh 72 Sharma 23 Khan 61
Hussain 14 Abdi 9 Mensah 4 Kaplan 30 Goldstein 21 Petrov 5 Ivanov 6 Dubois 9 Moreau 9 Santiago 73 Figueroa 70
"""
_FRONTS = """
Ash Beck Birk Brack Bram Cald Carl Cor Crans Dal Dray Ell Fair Fen Gar Glen Hal Hart Haw Hol Kel Kirk Lang Lind
Lock Mar Mel Nor Oak Pem Rad Red Rus Sel Shel Stan Strath Thorn Tren Wen West Whit Win Wyn Zeig Bau Hoff Kauf
Ober Rosen Stein Stras Weid
"""
_BACKS = """
berg burn bury by combe dale den feld field ford ham holm hurst ingson land ler ley man mann mere mont more
nagle sen ser stead ston strom thwaite ton vale vold well wick wood worth
"""
_SHARE_OF_RARE = 0.38

# Given names by the decade around which a person was born, men's and women's apart.
_GIVEN = {
    1935: (
        "Robert James John William Richard Charles Donald George Thomas Joseph Harold Frank Walter Raymond Eugene",
        "Mary Betty Barbara Shirley Patricia Dorothy Joan Margaret Nancy Helen Carol Joyce Doris Ruth Lois Norma",
    ),
    1955: (
        "Michael James Robert John David William Richard Thomas Mark Gary Steven Larry Dennis Kenneth Daniel Paul",
        "Mary Linda Deborah Patricia Susan Barbara Karen Nancy Donna Cynthia Sandra Pamela Sharon Kathleen Diane",
    ),
    1975: (
        "Michael Christopher Jason David James Matthew John Robert Brian Joseph Eric Kevin Jose Luis Scott Jeffrey",
        "Jennifer Amy Melissa Michelle Kimberly Lisa Angela Heather Stephanie Jessica Maria Rebecca Nicole Laura Tara",
    ),
    1995: (
        "Michael Matthew Jacob Christopher Joshua Nicholas Tyler Brandon Austin Andrew Daniel Jose Kyle Juan Alexis",
        "Jessica Ashley Emily Samantha Sarah Taylor Hannah Brittany Amanda Elizabeth Kayla Rachel Megan Maria Lauren",
    ),
    2015: (
        "Liam Noah Mason Ethan Logan Lucas Elijah Oliver Mateo Aiden James Henry Owen Wyatt Leo Carter Jayden Levi",
        "Emma Olivia Sophia Ava Isabella Mia Charlotte Amelia Harper Evelyn Luna Camila Aria Ella Nora Lily Zoe",
    ),
}
_GIVEN_LISTS = {decade: (men.split(), women.split()) for decade, (men, women) in _GIVEN.items()}

_FRONT_PARTS, _BACK_PARTS, _WORDS = _FRONTS.split(), _BACKS.split(), _COMMON.split()
_SURNAMES = Weighted(_WORDS[0::2], [float(count) for count in _WORDS[1::2]])


def surname(rng: Random) -> str:
    """A surname: often one that everybody knows, else one that hardly anybody bears."""
    if rng.random() < _SHARE_OF_RARE:
        return rng.choice(_FRONT_PARTS) + rng.choice(_BACK_PARTS)
    return _SURNAMES.draw(rng)


def given_name(rng: Random, born: int, woman: bool) -> str:
    """A given name usual in the year of birth; the first of each list are the likelier ones."""
    decade = min(_GIVEN_LISTS, key=lambda year: abs(year - born))
    names = _GIVEN_LISTS[decade][woman]
    return names[int(len(names) * rng.random() ** 1.4)]
